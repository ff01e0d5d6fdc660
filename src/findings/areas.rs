//! Areas: the parts of the product that people name. Routes and folders say most of them; shared
//! code is named after what it is about. The word lists are separated by spaces.

use heck::ToTitleCase;

/// Folders whose sub-folders are the routes or features of an app.
const FEATURES: &str = "app pages routes views features modules screens scenes components domains widgets";
/// Folders of shared code, where the file says more than the folder.
const SHARED: &str = "actions api apis client common composables context contexts core helpers hooks lib libs \
    providers queries react services shared src store stores types ui util utils layout layouts";
/// Folders that hold the packages of a monorepo.
const WORKSPACES: &str = "apps packages projects plugins libs";
const SERVER: &str = "server backend";
const INFRASTRUCTURE: &str = "infra infrastructure monitoring observability ops telemetry";
/// File names that say nothing of what the file is about.
const NAMELESS: &str = "app client constants error hook hooks index layout loading main page root route server template \
    types util utils helpers _app _document _index _layout";
/// Words in front of the noun of a name: `useProxyHealth`, `startOrderPolling`.
const LEADING: &str = "use with create fetch get load make poll refresh route start";
/// Words behind the noun: what kind of code it is, and not what it is about.
const TRAILING: &str = "api button card client component connection container context controller dialog feed \
    handler handlers helper helpers hook hooks interval item layout list listener manager message modal page panel \
    poll poller polling provider queries query router row screen section service services socket status store stream \
    tab table timer util utils view widget";
/// Words that title case spells wrong.
const SPELLINGS: &[(&str, &str)] = &[
    ("Ai", "AI"),
    ("Api", "API"),
    ("Cpu", "CPU"),
    ("Dns", "DNS"),
    ("Http", "HTTP"),
    ("Id", "ID"),
    ("Ip", "IP"),
    ("Rss", "RSS"),
    ("Sse", "SSE"),
    ("Ui", "UI"),
    ("Url", "URL"),
    ("Vpn", "VPN"),
    ("Websocket", "WebSocket"),
    ("Websockets", "WebSocket"),
];
/// Names that title case takes apart.
const JOINED: &[(&str, &str)] =
    &[("O Auth", "OAuth"), ("Signal R", "SignalR"), ("Web Rtc", "WebRTC"), ("Web Socket", "WebSocket")];
/// Longest name of an area, in characters.
const LONGEST: usize = 40;

/// Whether a list of words holds one, in whatever case.
fn among(word: &str, list: &str) -> bool {
    let word = word.to_lowercase();
    list.split_ascii_whitespace().any(|it| it == word)
}

/// What code of a server is called whose place says nothing more.
pub(super) const SERVER_AREA: &str = "Server";
const INFRASTRUCTURE_AREA: &str = "Infrastructure";
/// What code is called whose place says nothing.
const NO_AREA: &str = "Application";

/// Whether a name is our word for code that belongs to no part of the product.
pub(super) fn is_general(area: &str) -> bool {
    [SERVER_AREA, INFRASTRUCTURE_AREA, NO_AREA].contains(&area)
}

/// Whether a path stands in the folder of a server.
pub(super) fn is_server(path: &str) -> bool {
    Folders::of(path).above_features(SERVER)
}

/// The area that the folders of a path name by themselves: a route or a feature. Shared code has none.
pub(super) fn feature(path: &str) -> Option<String> {
    let folders = Folders::of(path);
    if folders.above_features(SERVER) || folders.above_features(INFRASTRUCTURE) {
        return None;
    }
    let at = (folders.features? + 1..folders.names.len()).find(|at| folders.tells(*at))?;
    folders.names.get(at).map(|folder| title(folder))
}

/// The area of a file, by its path; `owner` (a component or hook in it) helps where the path says nothing.
pub(super) fn area(path: &str, owner: &str) -> String {
    let folders = Folders::of(path);
    if folders.above_features(SERVER) {
        return SERVER_AREA.to_owned();
    }
    if folders.above_features(INFRASTRUCTURE) {
        return INFRASTRUCTURE_AREA.to_owned();
    }
    // `app/lib/useOrders.ts` is shared code that happens to stand under `app`.
    if let Some(feature) = feature(path) {
        return feature;
    }
    let stem = stem(path.rsplit('/').next().unwrap_or(path));
    let all = 0..folders.names.len();
    let shared =
        all.clone().any(|at| folders.is(at, SHARED) && !folders.is(at, "src") && !folders.is(at, WORKSPACES));
    if (shared || folders.features.is_some())
        && let Some(name) = noun(stem).or_else(|| noun(owner))
    {
        return name;
    }
    let telling_from = |start: usize| (start..all.end).find(|at| folders.tells(*at));
    let package = (1..all.end).find(|at| folders.is(at - 1, WORKSPACES));
    let inside_src = || folders.names.iter().position(|it| *it == "src").and_then(telling_from);
    let folder = package.or_else(inside_src).or_else(|| telling_from(0)).and_then(|at| folders.names.get(at));
    let name = folder.map(|folder| title(folder)).or_else(|| noun(stem)).or_else(|| noun(owner));
    name.unwrap_or_else(|| NO_AREA.to_owned())
}

/// The folders of a path.
struct Folders<'a> {
    names: Vec<&'a str>,
    /// The first one whose sub-folders are routes or features: `app/` at the top of
    /// `app/server/page.tsx` makes `server` a route.
    features: Option<usize>,
}

impl<'a> Folders<'a> {
    fn of(path: &'a str) -> Self {
        let mut names: Vec<&str> = path.split('/').collect();
        names.pop();
        let features = names.iter().position(|it| among(it, FEATURES));
        Self { names, features }
    }

    fn is(&self, at: usize, list: &str) -> bool {
        self.names.get(at).is_some_and(|folder| among(folder, list))
    }

    fn above_features(&self, list: &str) -> bool {
        (0..self.features.unwrap_or(self.names.len())).any(|at| self.is(at, list))
    }

    /// Whether a folder says what the code in it is about.
    fn tells(&self, at: usize) -> bool {
        !self.is(at, FEATURES)
            && !self.is(at, SHARED)
            && !self.is(at, WORKSPACES)
            && self.names.get(at).is_some_and(|it| !is_pattern(it))
    }
}

/// Route groups `(dashboard)`, parameters `[id]` and `$id`, slots `@modal`, private `_components`:
/// they shape a route and do not name it.
fn is_pattern(folder: &str) -> bool {
    folder.starts_with(['(', '[', '@', '$', '_', ':', '.']) || !folder.contains(char::is_alphabetic)
}

/// File name without extensions: `orders.service.ts` and `orders.$id.tsx` are both about orders.
fn stem(file: &str) -> &str {
    match file.char_indices().skip(1).find(|(_, letter)| *letter == '.') {
        Some((dot, _)) => file.get(..dot).unwrap_or(file),
        None => file,
    }
}

/// What a name is about: `useProxyHealth` is about `Proxy Health`.
fn noun(name: &str) -> Option<String> {
    // Of `Portal.open` the class is the noun.
    let name = name.split(['.', '#']).next().unwrap_or(name);
    if name.is_empty() || among(name, NAMELESS) || is_pattern(name) {
        return None;
    }
    let title = title(name);
    let mut words: Vec<&str> = title.split(' ').collect();
    while let [first, rest @ ..] = words.as_slice()
        && !rest.is_empty()
        && among(first, LEADING)
    {
        words.remove(0);
    }
    while let [rest @ .., last] = words.as_slice()
        && !rest.is_empty()
        && among(last, TRAILING)
    {
        words.pop();
    }
    let only_word = words.first().filter(|_| words.len() == 1);
    let says_nothing = only_word.is_some_and(|word| among(word, LEADING) || among(word, TRAILING));
    (!words.is_empty() && !says_nothing).then(|| words.join(" "))
}

/// `proxy-health` and `proxyHealth` as `Proxy Health`.
pub(super) fn title(name: &str) -> String {
    let mut title = name.chars().take(LONGEST).collect::<String>().to_title_case();
    for (apart, joined) in JOINED {
        title = title.replace(apart, joined);
    }
    let words = title.split(' ').map(|word| SPELLINGS.iter().find(|it| it.0 == word).map_or(word, |it| it.1));
    let spelled = words.collect::<Vec<_>>().join(" ");
    // Splitting `aBcD` adds letters, so the cut comes last as well.
    spelled.chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_what_people_call_them() {
        for (path, owner, expected) in [
            ("src/app/proxies/page.tsx", "ProxiesPage", "Proxies"),
            ("src/app/(dashboard)/orders/[id]/page.tsx", "OrderPage", "Orders"),
            ("app/(all)/[workspace]/page.tsx", "Workspace", "Workspace"),
            ("app/page.tsx", "HomePage", "Home"),
            ("app/server/page.tsx", "ServerPage", "Server"),
            ("pages/campaigns/index.tsx", "", "Campaigns"),
            ("pages/Orders.tsx", "", "Orders"),
            ("app/routes/orders.$id.tsx", "Route", "Orders"),
            ("src/views/order-history/Chart.vue.ts", "", "Order History"),
            ("src/features/liveChat/useMessages.ts", "", "Live Chat"),
            ("src/modules/billing/api/client.ts", "", "Billing"),
            ("src/screens/fleet/Map.tsx", "", "Fleet"),
            ("app/scenes/Document/components/Editor.tsx", "", "Document"),
            ("src/components/dashboard/LatestActivityTable.tsx", "", "Dashboard"),
            ("src/components/ui/OrdersTable.tsx", "", "Orders"),
            ("src/components/index.tsx", "OrdersPanel", "Orders"),
            ("src/lib/hooks/useProxyHealth.ts", "useProxyHealth", "Proxy Health"),
            ("src/lib/hooks/useWebSocket.ts", "useWebSocket", "WebSocket"),
            ("src/contexts/WebSocketStatusContext.tsx", "", "WebSocket"),
            ("src/lib/websocket/WebSocketStreamManager.ts", "", "WebSocket"),
            ("src/utils/index.ts", "startOrderPolling", "Order"),
            ("src/utils/index.ts", "Portal.open", "Portal"),
            ("app/lib/use-chat-messages.ts", "", "Chat Messages"),
            ("src/services/orders.service.ts", "", "Orders"),
            ("server/queues/cleanup.ts", "", "Server"),
            ("apps/backend/src/main.ts", "", "Server"),
            ("src/infra/healthcheck.ts", "", "Infrastructure"),
            ("packages/fleet-map/src/main.ts", "", "Fleet Map"),
            ("apps/web/core/components/issues/list.tsx", "", "Issues"),
            ("apps/web/src/hooks/useApi.ts", "", "Web"),
            ("frontend/src/main.tsx", "", "Frontend"),
            ("frontend/src/Calendar/Day/CalendarDays.tsx", "", "Calendar"),
            ("src/widgets/glances/component.jsx", "", "Glances"),
            ("src/main.ts", "", "Application"),
            ("main.ts", "startClock", "Clock"),
            ("", "", "Application"),
            ("///", "", "Application"),
            ("src/sseClient.ts", "", "SSE"),
            ("src/Components/SignalRListener.tsx", "", "SignalR"),
            ("src/OAuth/useOAuth.ts", "", "OAuth"),
            ("src/hooks/use-order-socket.ts", "", "Order"),
            ("src/contexts/ProxyFeedContext.tsx", "ProxyFeedContext", "Proxy"),
            ("src/lib/websocket/message-handlers.ts", "routeMessage", "WebSocket"),
        ] {
            assert_eq!(area(path, owner), expected, "{path} {owner}");
        }
    }

    #[test]
    fn only_routes_and_features_name_an_area_by_their_folder() {
        for (path, expected) in [
            ("src/app/proxies/page.tsx", Some("Proxies")),
            ("src/components/dashboard/Activity.tsx", Some("Dashboard")),
            ("src/lib/websocket/message-handlers.ts", None),
            ("app/lib/useOrders.ts", None),
            ("server/proxies/handler.go", None),
            ("apps/backend/components/orders/list.ts", None),
        ] {
            assert_eq!(feature(path).as_deref(), expected, "{path}");
        }
        assert!(is_server("server/stream/hub.go") && !is_server("src/app/server/page.tsx"));
    }

    #[test]
    fn endless_names_are_cut() {
        for name in ["x", "aB"] {
            let path = format!("app/{}/page.tsx", name.repeat(10_000));
            assert!(area(&path, "").chars().count() <= LONGEST);
        }
    }
}
