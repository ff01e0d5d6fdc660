import { EVERY_FEW_SECONDS, repeat } from '@shop/timing';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { loadOrders } from '#api/orders';

function Orders() {
  const [orders, setOrders] = useState<string[]>([]);
  useEffect(() => repeat(() => loadOrders().then(setOrders), EVERY_FEW_SECONDS), []);
  return <ul>{orders.map((order) => <li key={order}>{order}</li>)}</ul>;
}

createRoot(document.body).render(<Orders />);
