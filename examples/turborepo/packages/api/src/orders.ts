export const loadOrders = () => fetch('/api/orders').then((answer) => answer.json());
