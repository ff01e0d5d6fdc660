//! What the rows say about push: how a channel is opened, what it hears, what it sends.

use super::Catalog;
use super::rows::{EmitMeaning, ReceiveMeaning, Reconnects, Slot};

fn catalog() -> Catalog {
    Catalog::embedded().unwrap_or_else(|error| panic!("{error}"))
}

/// `1`, `1.onData`, `onMessage`.
fn place(slot: &Slot) -> String {
    match (slot.argument, &slot.option) {
        (Some(argument), Some(option)) => format!("{argument}.{option}"),
        (Some(argument), None) => argument.to_string(),
        (None, option) => option.clone().unwrap_or_default(),
    }
}

/// A row in a few words: `handler 1, name 0, payload data`.
fn heard(row: &ReceiveMeaning) -> String {
    let mut words = Vec::new();
    words.extend(row.handler.as_ref().map(|slot| format!("handler {}", place(slot))));
    words.extend(row.value.then(|| "value".to_owned()));
    words.extend(row.name.as_ref().map(|slot| format!("name {}", place(slot))));
    words.extend(row.name_parameter.map(|index| format!("name of parameter {index}")));
    words.extend((row.parameter > 0).then(|| format!("parameter {}", row.parameter)));
    words.extend(row.payload.as_ref().map(|payload| format!("payload {payload}")));
    words.extend(row.data_only.then(|| "data".to_owned()));
    words.join(", ")
}

fn sent(row: &EmitMeaning) -> String {
    let slots = [("name", &row.name), ("payload", &row.payload), ("text", &row.text)];
    let words = slots.into_iter().filter_map(|(key, slot)| Some(format!("{key} {}", place(slot.as_ref()?))));
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn channels_are_opened() {
    let catalog = catalog();
    for (package, symbol, reconnects) in [
        ("global", "WebSocket", false),
        ("global", "EventSource", true),
        ("socket.io-client", "io", true),
        ("socket.io-client", "connect", true),
        ("socket.io-client", "Manager().socket", true),
        ("ws", "default", false),
        ("ws", "WebSocket", false),
        ("reconnecting-websocket", "default", true),
        ("partysocket", "PartySocket", true),
        ("partysocket/react", "usePartySocket", true),
        ("react-use-websocket", "default", false),
        ("react-use-websocket/dist/lib/use-websocket", "useWebSocket", false),
        ("ahooks", "useWebSocket", true),
        ("rooks", "useWebSocket", false),
        ("@vueuse/core", "useEventSource", true),
        ("@reactuses/core", "useEventSource", true),
        ("eventsource", "EventSource", true),
        ("event-source-polyfill", "EventSourcePolyfill", true),
        ("reconnecting-eventsource", "default", true),
        ("sse.js", "SSE", false),
        ("@microsoft/fetch-event-source", "fetchEventSource", true),
        ("sockjs-client", "default", false),
        ("pusher-js", "default", true),
        ("laravel-echo", "default", true),
        ("global", "Echo.private", true),
        ("ably", "Realtime", true),
        ("phoenix", "Socket", true),
        ("@rails/actioncable", "createConsumer", true),
        ("@microsoft/signalr", "HubConnectionBuilder().withUrl().build", false),
        ("@microsoft/signalr", "HubConnectionBuilder().withUrl().withAutomaticReconnect().build", true),
        ("@supabase/supabase-js", "createClient().channel", true),
        ("firebase/firestore", "onSnapshot", true),
        ("firebase/database", "onValue", true),
        ("graphql-ws", "createClient", true),
        ("@apollo/client", "useSubscription", true),
        ("urql", "useSubscription", true),
        ("react-relay", "useSubscription", true),
        ("@trpc/react-query", "createTRPCReact().order.changed.useSubscription", true),
        ("centrifuge", "Centrifuge", true),
        ("@stomp/stompjs", "Client", true),
        ("mqtt", "connect", true),
        ("nats", "connect", true),
        ("pubnub", "default", true),
        ("@azure/web-pubsub-client", "WebPubSubClient", true),
        ("stream-chat", "StreamChat.getInstance", true),
        ("pocketbase", "default().collection().subscribe", true),
        ("aws-amplify/api", "generateClient().graphql().subscribe", true),
        ("convex/react", "useQuery", true),
        ("@liveblocks/client", "createClient().enterRoom", true),
        ("y-websocket", "WebsocketProvider", true),
        ("@hocuspocus/provider", "HocuspocusProvider", true),
        ("rxjs/webSocket", "webSocket", false),
    ] {
        let row = catalog.channel(package, symbol).unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!(row.reconnects == Reconnects::Yes, reconnects, "{package} {symbol}");
    }
    assert!(catalog.channel("global", "BroadcastChannel").is_some_and(|row| row.local));
    assert!(catalog.channel("broadcast-channel", "BroadcastChannel").is_some_and(|row| row.local));
    assert!(catalog.channel("firebase/firestore", "onSnapshot").is_some_and(|row| row.gives_stop));
    assert!(catalog.channel("socket.io", "Server").is_none(), "a server answers, it opens nothing");
    assert!(catalog.channel("ws", "WebSocketServer").is_none());
    assert!(catalog.channel("bullmq", "Queue").is_none(), "jobs are no messages to a client");
    assert!(catalog.channel("ioredis", "default().subscribe").is_none());
}

#[test]
fn handlers_are_registered() {
    let catalog = catalog();
    for (package, symbol, wanted) in [
        ("global", "WebSocket().onmessage", "payload data"),
        ("global", "WebSocket().addEventListener", "handler 1, name 0, payload data"),
        ("global", "EventSource().addEventListener", "handler 1, name 0, payload data"),
        ("global", "Bun.serve", "handler 0.websocket.message, parameter 1"),
        ("socket.io-client", "io().on", "handler 1, name 0"),
        ("socket.io-client", "default().once", "handler 1, name 0"),
        ("socket.io-client", "Manager().socket().on", "handler 1, name 0"),
        ("socket.io-client", "Socket().onAny", "handler 0, name of parameter 0, parameter 1"),
        ("socket.io", "Socket().on", "handler 1, name 0"),
        ("ws", "default().on", "handler 1, name 0"),
        ("ws", "WebSocket().onmessage", "payload data"),
        ("partysocket/react", "usePartySocket", "handler onMessage, payload data"),
        ("react-use-websocket", "default", "handler 1.onMessage, payload data"),
        ("react-use-websocket", "default().lastJsonMessage", "value"),
        ("ahooks", "useWebSocket().latestMessage", "value"),
        ("rooks", "useWebSocket().lastMessage", "value"),
        ("@vueuse/core", "useWebSocket", "handler 1.onMessage, parameter 1, payload data"),
        ("@reactuses/core", "useFetchEventSource", "handler 1.onMessage"),
        ("event-source-polyfill", "EventSourcePolyfill().onmessage", "payload data"),
        ("sse.js", "SSE().addEventListener", "handler 1, name 0, payload data"),
        ("@microsoft/fetch-event-source", "fetchEventSource", "handler 1.onmessage"),
        ("broadcast-channel", "BroadcastChannel().onmessage", ""),
        ("websocket", "request().accept().on", "handler 1, name 0, payload utf8Data"),
        ("pusher-js", "default().subscribe().bind", "handler 1, name 0"),
        ("pusher-js", "default().subscribe().bind().bind", "handler 1, name 0"),
        ("pusher-js", "default().bind_global", "handler 0, name of parameter 0, parameter 1"),
        ("@harelpls/use-pusher", "useEvent", "handler 2, name 1"),
        ("laravel-echo", "default().private().listen", "handler 1, name 0"),
        ("laravel-echo", "default().listen", "handler 2, name 1"),
        ("global", "Echo.channel().listen", "handler 1, name 0"),
        ("@laravel/echo-react", "useEcho", "handler 2, name 1"),
        ("phoenix", "Socket().channel().on", "handler 1, name 0"),
        ("@rails/actioncable", "createConsumer().subscriptions.create", "handler 1.received"),
        ("@microsoft/signalr", "HubConnectionBuilder().withUrl().build().on", "handler 1, name 0"),
        ("@microsoft/signalr", "HubConnection().on", "handler 1, name 0"),
        ("graphql-ws", "createClient().subscribe", "handler 1.next, data"),
        ("subscriptions-transport-ws", "SubscriptionClient().request().subscribe", "handler 0.next, data"),
        ("@apollo/client", "useSubscription", "handler 1.onData, payload data.data, data"),
        (
            "@apollo/client",
            "useQuery().subscribeToMore",
            "handler 0.updateQuery, parameter 1, payload subscriptionData.data, data",
        ),
        ("urql", "useSubscription", "handler 1, parameter 1, data"),
        ("react-relay", "useSubscription", "handler 0.onNext, data"),
        ("@trpc/react-query", "createTRPCReact().order.useSubscription", "handler 1.onData, data"),
        ("centrifuge", "Centrifuge().newSubscription().on", "handler 1, name 0, payload data"),
        ("@stomp/stompjs", "Client().subscribe", "handler 1, name 0, payload body"),
        ("@stomp/rx-stomp", "RxStomp().watch().subscribe", "handler 0, payload body"),
        ("react-stomp-hooks", "useSubscription", "handler 1, name 0, payload body"),
        ("mqtt", "connect().on", "handler 1, name of parameter 0, parameter 1"),
        ("nats", "connect().subscribe", "handler 1.callback, name 0, parameter 1, payload data"),
        ("pubnub", "default().addListener", "handler 0.message, payload message"),
        ("@azure/web-pubsub-client", "WebPubSubClient().on", "handler 1, name 0, payload message.data"),
        ("stream-chat", "StreamChat.getInstance().channel().on", "handler 1, name 0"),
        ("pocketbase", "default().collection().subscribe", "handler 1, data"),
        ("aws-amplify/data", "events.connect().subscribe", "handler 0.next, payload event"),
        ("@feathersjs/client", "default().service().on", "handler 1, data"),
        ("convex/browser", "ConvexClient().onUpdate", "handler 2, data"),
        ("@liveblocks/react", "useEventListener", "handler 0, payload event"),
        ("@hocuspocus/provider", "HocuspocusProvider", "handler 0.onStateless, payload payload"),
        ("@hocuspocus/provider", "HocuspocusProvider().on", "handler 1, name 0, payload payload"),
        ("@hocuspocus/server", "Server", "handler 0.onStateless, payload payload"),
        ("rxjs/webSocket", "webSocket().pipe().subscribe", "handler 0.next"),
        ("firebase/firestore", "onSnapshot", "handler 1, data"),
        ("uWebSockets.js", "App().ws", "handler 1.message, parameter 1"),
        ("elysia", "Elysia().use().ws", "handler 1.message, parameter 1"),
        ("crossws", "defineHooks", "handler 0.message, parameter 1"),
        ("fastify", "WebSocket().on", "handler 1, name 0"),
        ("express-ws", "WebSocket().on", "handler 1, name 0"),
    ] {
        let rows = catalog.receives(package, symbol);
        let row = rows.first().unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!(heard(row), wanted, "{package} {symbol}");
    }
    let rows = |package, symbol| -> Vec<String> {
        catalog.receives(package, symbol).into_iter().map(heard).collect()
    };
    assert_eq!(
        rows("@supabase/supabase-js", "createClient().channel().on().on"),
        ["handler 2, name 1.event", "handler 2, data"]
    );
    assert_eq!(
        rows("ably", "Realtime().channels.get().subscribe"),
        ["handler 1, name 0, payload data", "handler 0"]
    );
    assert_eq!(rows("ably/react", "useChannel"), ["handler 2, name 1, payload data", "handler 1"]);
    assert_eq!(
        rows("react-use-websocket", "useEventSource"),
        ["handler 1.events.*, payload data", "handler 1.onMessage, payload data"]
    );
    assert!(rows("socket.io", "Server().on").is_empty(), "it tells of connections only");
}

#[test]
fn names_of_the_connection_are_no_messages() {
    let catalog = catalog();
    for (package, symbol, name) in [
        ("global", "WebSocket().addEventListener", "open"),
        ("socket.io-client", "io().on", "connect_error"),
        ("socket.io-client", "io().on", "reconnect_*"),
        ("socket.io-client", "Manager().on", "*"),
        ("socket.io", "Socket().on", "disconnecting"),
        ("ws", "WebSocket().on", "unexpected-response"),
        ("pusher-js", "default().bind", "pusher:*"),
        ("phoenix", "Socket().channel().on", "phx_*"),
        ("centrifuge", "Centrifuge().on", "connected"),
        ("@hocuspocus/provider", "HocuspocusProvider().on", "authenticationFailed"),
        ("@hocuspocus/provider", "HocuspocusProvider().on", "outgoingMessage"),
    ] {
        let rows = catalog.receives(package, symbol);
        let reserved = rows.first().map(|row| row.reserved.as_slice()).unwrap_or_default();
        assert!(reserved.iter().any(|known| known == name), "{package} {symbol} {name}");
    }
    let row = |package, symbol| catalog.receives(package, symbol).into_iter().next().unwrap();
    assert_eq!(row("global", "WebSocket().addEventListener").unnamed, ["message"]);
    assert_eq!(row("@hocuspocus/provider", "HocuspocusProvider().on").unnamed, ["stateless"]);
    assert!(row("@microsoft/signalr", "HubConnection().on").ignore_case);
    assert_eq!(row("laravel-echo", "default().channel().listen").strip.as_deref(), Some("."));
    assert_eq!(row("mqtt", "connect().on").when.as_ref().map(|it| it.text.as_str()), Some("message"));
}

#[test]
fn messages_are_sent() {
    let catalog = catalog();
    for (package, symbol, wanted) in [
        ("global", "WebSocket().send", "payload 0"),
        ("global", "BroadcastChannel().postMessage", "payload 0"),
        ("global", "ServerWebSocket().publish", "payload 1"),
        ("socket.io-client", "io().emit", "name 0"),
        ("socket.io-client", "default().volatile.emit", "name 0"),
        ("socket.io-client", "io().timeout().emitWithAck", "name 0"),
        ("socket.io-client", "io().send", "payload 0"),
        ("socket.io", "Server().emit", "name 0"),
        ("socket.io", "Server().to().emit", "name 0"),
        ("socket.io", "Server().in().except().emit", "name 0"),
        ("socket.io", "Server().of().to().emit", "name 0"),
        ("socket.io", "Socket().broadcast.to().emit", "name 0"),
        ("@socket.io/redis-emitter", "Emitter().to().emit", "name 0"),
        ("ws", "WebSocket().send", "payload 0"),
        ("reconnecting-websocket", "default().send", "payload 0"),
        ("partysocket/react", "usePartySocket().send", "payload 0"),
        ("react-use-websocket", "default().sendJsonMessage", "payload 0"),
        ("websocket", "request().accept().sendUTF", "payload 0"),
        ("pusher-js", "default().subscribe().trigger", "name 0"),
        ("pusher", "default().trigger", "name 1"),
        ("pusher", "default().triggerBatch", "name 0.name"),
        ("laravel-echo", "default().join().whisper", "name 0"),
        ("phoenix", "Socket().channel().push", "name 0"),
        ("@rails/actioncable", "createConsumer().subscriptions.create().perform", "name 0"),
        ("@microsoft/signalr", "HubConnectionBuilder().withUrl().build().invoke", "name 0"),
        ("@supabase/supabase-js", "createClient().channel().send", "name 0.event"),
        ("centrifuge", "Centrifuge().newSubscription().publish", "payload 0"),
        ("@stomp/stompjs", "Client().publish", "name 0.destination"),
        ("mqtt", "connect().publish", "name 0"),
        ("nats", "connect().publish", "name 0"),
        ("pubnub", "default().publish", "payload 0.message"),
        ("@azure/web-pubsub-client", "WebPubSubClient().sendToGroup", "payload 1"),
        ("@azure/web-pubsub", "WebPubSubServiceClient().group().sendToAll", "payload 0"),
        ("aws-amplify/data", "events.post", "payload 1"),
        ("@liveblocks/react", "useBroadcastEvent()", "payload 0"),
        ("@hocuspocus/provider", "HocuspocusProvider().sendStateless", "payload 0"),
        ("@hocuspocus/server", "onStatelessPayload().document.broadcastStateless", "payload 0"),
        ("rxjs/webSocket", "webSocket().next", "payload 0"),
        ("hono/streaming", "SSEStreamingApi().writeSSE", "name 0.event"),
        ("better-sse", "createChannel().broadcast", "name 1"),
        ("express", "Response().write", "text 0"),
        ("http", "ServerResponse().write", "text 0"),
        ("fastify", "FastifyReply().raw.write", "text 0"),
        ("next", "NextApiResponse().write", "text 0"),
        ("uWebSockets.js", "App().publish", "payload 1"),
        ("partykit/server", "Room().broadcast", "payload 0"),
        ("hono/ws", "WSContext().send", "payload 0"),
    ] {
        let rows = catalog.emits(package, symbol);
        let row = rows.first().unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!(sent(row), wanted, "{package} {symbol}");
    }
    // The name may be absent, and then the data tells.
    let rows = catalog.emits("express", "Response().write").into_iter().map(sent).collect::<Vec<_>>();
    assert_eq!(rows, ["text 0", "payload 0"]);
    assert!(catalog.emits("socket.io", "Server().on").is_empty());
    assert!(catalog.emits("bullmq", "Queue().add").is_empty());
}

#[test]
fn channels_and_listeners_end() {
    let catalog = catalog();
    for (package, symbol, listener) in [
        ("global", "WebSocket().close", false),
        ("global", "EventSource().removeEventListener", true),
        ("socket.io-client", "io().disconnect", false),
        ("socket.io-client", "default().off", true),
        ("ws", "default().terminate", false),
        ("react-native-sse", "default().removeAllEventListeners", true),
        ("pusher-js", "default().disconnect", false),
        ("pusher-js", "default().subscribe().unbind", true),
        ("laravel-echo", "default().private().stopListening", true),
        ("@microsoft/signalr", "HubConnectionBuilder().withUrl().build().stop", false),
        ("@supabase/supabase-js", "createClient().channel().on().subscribe().unsubscribe", false),
        ("mqtt", "connect().end", false),
        ("phoenix", "Socket().channel().leave", true),
        ("y-websocket", "WebsocketProvider().destroy", false),
        ("rxjs/webSocket", "webSocket().pipe().subscribe().unsubscribe", false),
    ] {
        let row = catalog.close(package, symbol).unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!(row.listener, listener, "{package} {symbol}");
    }
}

#[test]
fn callbacks_are_handed_sockets() {
    let catalog = catalog();
    for (package, symbol, wanted) in [
        ("socket.io", "Server().on", "Socket()"),
        ("socket.io", "Server().of().on", "Socket()"),
        ("socket.io", "default().sockets.on", "Socket()"),
        ("socket.io", "Server().use", "Socket()"),
        ("ws", "WebSocketServer().on", "WebSocket()"),
        ("ws", "WebSocketServer().clients.forEach", "WebSocket()"),
        ("ws", "Server().handleUpgrade", "WebSocket()"),
        ("express-ws", "default().app.ws", "WebSocket()"),
        ("fastify", "default().websocketServer.clients.forEach", "WebSocket()"),
        ("hono/streaming", "streamSSE", "SSEStreamingApi()"),
        ("@hocuspocus/server", "Server", "onStatelessPayload()"),
    ] {
        let rows = catalog.callbacks(package, symbol);
        let row = rows.first().unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!(row.gives.first().map(String::as_str), Some(wanted), "{package} {symbol}");
    }
    let words: Vec<Option<&str>> = catalog
        .callbacks("socket.io", "Server().on")
        .into_iter()
        .map(|row| row.when.as_ref().map(|it| it.text.as_str()))
        .collect();
    assert_eq!(words, [Some("connection"), Some("connect")]);
    assert!(catalog.hands_to_callbacks("express"));
    assert!(!catalog.hands_to_callbacks("react"));
}
