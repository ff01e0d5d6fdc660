use std::path::Path;

use super::Catalog;
use super::check::read;
use super::embedded::FILES;
use super::rows::{Effect, Gives, TimerMeaning};
use crate::vocabulary::{Confidence, Kind, Side};

fn catalog() -> Catalog {
    Catalog::embedded().unwrap_or_else(|error| panic!("{error}"))
}

fn option(row: &TimerMeaning) -> Option<&str> {
    row.interval.as_ref()?.option.as_deref()
}

fn argument(row: &TimerMeaning) -> Option<usize> {
    row.interval.as_ref()?.argument
}

const HEAD: &str = "library = \"Own\"\npackages = [\"own\"]\n";

#[test]
fn the_list_of_files_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert_eq!(names, FILES.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>());
}

#[test]
fn every_symbol_of_every_file_is_reachable() {
    let catalog = catalog();
    for (file, text) in FILES {
        let library = super::check::read(file, text).unwrap_or_else(|error| panic!("{error}"));
        for package in &library.packages {
            assert!(catalog.knows_package(package), "{file}: {package}");
            // A symbol asked for by its own text: `*` in it matches itself.
            let at =
                |what: &str, symbol: &str, known: bool| assert!(known, "{file}: {what} {package} {symbol}");
            library
                .timer
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("timer", s, catalog.timer(package, s).is_some()));
            library
                .once
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("once", s, catalog.once(package, s).is_some()));
            library
                .delay
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("delay", s, catalog.delay(package, s).is_some()));
            library
                .stop
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("stop", s, catalog.is_stop(package, s)));
            library
                .effect
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("effect", s, catalog.effect(package, s).is_some()));
            library
                .returns
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("returns", s, catalog.returns(package, s).is_some()));
            library
                .reducer
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("reducer", s, catalog.reducer(package, s).is_some()));
            library
                .channel
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("channel", s, catalog.channel(package, s).is_some()));
            library
                .receive
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("receive", s, !catalog.receives(package, s).is_empty()));
            library
                .emit
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("emit", s, !catalog.emits(package, s).is_empty()));
            library
                .close
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("close", s, catalog.close(package, s).is_some()));
            library
                .callback
                .iter()
                .flat_map(|row| &row.at)
                .for_each(|s| at("callback", s, !catalog.callbacks(package, s).is_empty()));
        }
        for row in &library.injected {
            assert!(catalog.injected(&row.name).is_some(), "{file}: {}", row.name);
        }
    }
}

#[test]
fn options_of_data_libraries_poll() {
    let catalog = catalog();
    for (package, symbol, key) in [
        ("@tanstack/react-query", "useQuery", "refetchInterval"),
        ("@tanstack/react-query", "useSuspenseInfiniteQuery", "refetchInterval"),
        ("@tanstack/react-query", "queryOptions", "refetchInterval"),
        ("@tanstack/react-query", "QueryObserver", "refetchInterval"),
        ("@tanstack/react-query", "QueryClient", "defaultOptions.queries.refetchInterval"),
        ("@tanstack/react-query", "useQueries", "queries.refetchInterval"),
        ("@tanstack/query-core", "QueryClient().setQueryDefaults", "refetchInterval"),
        ("react-query", "useQuery", "refetchInterval"),
        ("swr", "default", "refreshInterval"),
        ("swr", "SWRConfig", "value.refreshInterval"),
        ("swr/immutable", "default", "refreshInterval"),
        ("swr/infinite", "default", "refreshInterval"),
        ("@apollo/client", "useQuery", "pollInterval"),
        ("@apollo/client/react", "useLazyQuery", "pollInterval"),
        ("@apollo/client", "ApolloClient", "defaultOptions.watchQuery.pollInterval"),
        ("@apollo/client/core", "ApolloClient().watchQuery", "pollInterval"),
        ("@reduxjs/toolkit/query/react", "createApi().useGetOrdersQuery", "pollingInterval"),
        ("@reduxjs/toolkit/query/react", "createApi().useLazyGetOrdersQuery", "pollingInterval"),
        (
            "@reduxjs/toolkit/query",
            "createApi().endpoints.getOrders.initiate",
            "subscriptionOptions.pollingInterval",
        ),
        ("@trpc/react-query", "createTRPCReact().order.list.useQuery", "refetchInterval"),
        ("@trpc/tanstack-react-query", "createTRPCOptionsProxy().order.list.queryOptions", "refetchInterval"),
        ("relay-runtime", "fetchQuery", "networkCacheConfig.poll"),
        ("ahooks", "useRequest", "pollingInterval"),
        ("rooks", "useRequest", "pollingInterval"),
        ("vue-request", "useRequest", "pollingInterval"),
        ("@pinia/colada", "useQuery", "autoRefetch"),
        ("viem", "createPublicClient().watchBlockNumber", "pollingInterval"),
        ("wagmi", "useBalance", "query.refetchInterval"),
        ("@refinedev/core", "useTable", "queryOptions.refetchInterval"),
    ] {
        let row = catalog.timer(package, symbol).unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!((row.kind, option(row)), (Kind::QueryOption, Some(key)), "{package} {symbol}");
    }
    assert!(catalog.timer("convex/react", "useQuery").is_none(), "live push");
    assert!(catalog.timer("@tanstack/react-query", "QueryClient().fetchQuery").is_none());
    assert!(catalog.timer("@apollo/client", "useSuspenseQuery").is_none());
    assert!(catalog.timer("@reduxjs/toolkit/query/react", "createApi().endpoints.x.useQueryState").is_none());
}

#[test]
fn hooks_and_functions_repeat_their_callback() {
    let catalog = catalog();
    for (package, symbol, kind, interval) in [
        ("global", "setInterval", Kind::SetInterval, 1),
        ("node:timers", "setInterval", Kind::SetInterval, 1),
        ("node:timers/promises", "setInterval", Kind::SetInterval, 0),
        ("worker-timers", "setInterval", Kind::SetInterval, 1),
        ("set-interval-async/fixed", "setIntervalAsync", Kind::SetInterval, 1),
        ("react-native-background-timer", "runBackgroundTimer", Kind::SetInterval, 1),
        ("angular", "$interval", Kind::SetInterval, 1),
        ("@apollo/client", "useQuery().startPolling", Kind::QueryOption, 0),
        ("usehooks-ts", "useInterval", Kind::IntervalHook, 1),
        ("react-use", "useInterval", Kind::IntervalHook, 1),
        ("react-use/lib/useInterval", "default", Kind::IntervalHook, 1),
        ("ahooks", "useInterval", Kind::IntervalHook, 1),
        ("@mantine/hooks", "useInterval", Kind::IntervalHook, 1),
        ("@use-it/interval", "default", Kind::IntervalHook, 1),
        ("rooks", "useIntervalWhen", Kind::IntervalHook, 1),
        ("beautiful-react-hooks/useInterval", "default", Kind::IntervalHook, 1),
        ("@vueuse/core", "useTimeoutPoll", Kind::IntervalHook, 1),
        ("poll", "default", Kind::SleepLoop, 1),
        ("cron", "CronJob", Kind::Cron, 0),
        ("croner", "Cron", Kind::Cron, 0),
        ("node-cron", "schedule", Kind::Cron, 0),
        ("rxjs", "interval", Kind::Rxjs, 0),
        ("rxjs", "timer", Kind::Rxjs, 1),
    ] {
        let row = catalog.timer(package, symbol).unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!((row.kind, argument(row)), (kind, Some(interval)), "{package} {symbol}");
    }
    assert_eq!(
        catalog.timer("expo-background-task", "registerTaskAsync").map(|row| row.unit_ms),
        Some(60_000.0)
    );
    assert_eq!(catalog.timers("node-schedule", "scheduleJob").len(), 2, "both overloads");
    assert_eq!(
        catalog.timers("@nestjs/schedule", "Interval").iter().map(|row| argument(row)).collect::<Vec<_>>(),
        [Some(1), Some(0)]
    );
    assert!(catalog.once("global", "setTimeout").is_some());
    assert!(catalog.is_stop("global", "clearInterval"));
    assert_eq!(catalog.delay("timers/promises", "setTimeout").map(|row| row.argument), Some(0));
    assert!(catalog.delay("lodash", "delay").is_none(), "it gives no promise");
}

#[test]
fn calls_have_their_effects() {
    let catalog = catalog();
    for (package, symbol, effect) in [
        ("global", "fetch", Effect::Network),
        ("global", "XMLHttpRequest().send", Effect::Network),
        ("global", "navigator.sendBeacon", Effect::Telemetry),
        ("global", "WebSocket", Effect::ChannelOpen),
        ("global", "WebSocket().send", Effect::ChannelSend),
        ("global", "WebSocket().readyState", Effect::StatusRead),
        ("global", "document.body.append", Effect::Dom),
        ("global", "document.addEventListener", Effect::Listen),
        ("global", "console.log", Effect::Log),
        ("global", "Math.max", Effect::Pure),
        ("global", "Date.now", Effect::Clock),
        ("global", "localStorage.getItem", Effect::Storage),
        ("axios", "default", Effect::Network),
        ("axios", "get", Effect::Network),
        ("axios", "default.get", Effect::Network),
        ("axios", "create().post", Effect::Network),
        ("ky", "create().get", Effect::Network),
        ("got", "default", Effect::Network),
        ("ofetch", "$fetch", Effect::Network),
        ("superagent", "get", Effect::Network),
        ("graphql-request", "GraphQLClient().request", Effect::Network),
        ("openapi-fetch", "default().GET", Effect::Network),
        ("hono/client", "hc().orders.$get", Effect::Network),
        ("@tanstack/react-query", "useQueryClient().invalidateQueries", Effect::Network),
        ("@tanstack/react-query", "useQuery().refetch", Effect::Network),
        ("@tanstack/react-query", "useQueryClient().setQueryData", Effect::State),
        ("@reduxjs/toolkit/query/react", "createApi().useGetOrdersQuery().refetch", Effect::Network),
        ("swr", "useSWRConfig().mutate", Effect::Network),
        ("swr/subscription", "default", Effect::ChannelOpen),
        ("next/navigation", "useRouter().refresh", Effect::Network),
        ("react-router-dom", "useRevalidator().revalidate", Effect::Network),
        ("@supabase/supabase-js", "createClient().from().select().eq", Effect::Network),
        ("firebase/firestore", "onSnapshot", Effect::ChannelOpen),
        ("jquery", "getJSON", Effect::Network),
        ("global", "$.ajax", Effect::Network),
        ("@angular/common/http", "HttpClient().get", Effect::Network),
        ("angular", "$http.get", Effect::Network),
        ("electron", "ipcRenderer.invoke", Effect::Process),
        ("child_process", "exec", Effect::Process),
        ("node:fs/promises", "readFile", Effect::Storage),
        ("https", "request", Effect::Network),
        ("socket.io-client", "io().emit", Effect::ChannelSend),
        ("socket.io-client", "default().connected", Effect::StatusRead),
        ("pusher-js", "default().subscribe().bind", Effect::Listen),
        ("@microsoft/signalr", "HubConnectionBuilder().withUrl().build().start", Effect::ChannelOpen),
        ("pg", "Pool().query", Effect::Database),
        ("@prisma/client", "PrismaClient().order.findMany", Effect::Database),
        ("sequelize-typescript", "Model.findAll", Effect::Database),
        ("ioredis", "default().get", Effect::Database),
        ("@sentry/react", "captureException", Effect::Telemetry),
        ("winston", "createLogger().info", Effect::Log),
        ("react", "useState().1", Effect::State),
    ] {
        let row = catalog.effect(package, symbol).unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!(row.effect, effect, "{package} {symbol}");
    }
    assert!(catalog.effect("global", "fetch().then").is_none(), "a longer symbol has no row");
    assert!(catalog.effect("react", "useQuery").is_none());
    assert!(catalog.effect("unheard-of", "get").is_none());
}

#[test]
fn sight_goes_on_through_wrappers() {
    let catalog = catalog();
    for (package, symbol, gives, argument) in [
        ("react", "useCallback", Gives::Argument, 0),
        ("react", "useMemo", Gives::Call, 0),
        ("react", "useRef", Gives::Ref, 0),
        ("react", "useReducer", Gives::State, 1),
        ("react", "createContext", Gives::Context, 0),
        ("react", "useContext", Gives::ContextValue, 0),
        ("react", "lazy", Gives::Lazy, 0),
        ("ahooks", "useMemoizedFn", Gives::Argument, 0),
        ("lodash/debounce", "default", Gives::Argument, 0),
        ("lodash-es", "throttle", Gives::Argument, 0),
        ("mobx-react-lite", "observer", Gives::Argument, 0),
        ("react-redux", "connect()", Gives::Argument, 0),
        ("zustand", "create()", Gives::Store, 0),
        ("zustand/middleware", "persist", Gives::Argument, 0),
        ("@reduxjs/toolkit", "createAsyncThunk", Gives::Runner, 1),
        ("next/dynamic", "default", Gives::Lazy, 0),
    ] {
        let row = catalog.returns(package, symbol).unwrap_or_else(|| panic!("{package} {symbol}"));
        assert_eq!((row.gives, row.argument), (gives, argument), "{package} {symbol}");
    }
}

#[test]
fn names_tell_what_receivers_hide() {
    let catalog = catalog();
    let method = |name| catalog.method(name).map(|row| (row.effect, row.confidence));
    assert_eq!(method("then"), Some((Effect::Pure, Confidence::Certain)));
    assert_eq!(method("refetch"), Some((Effect::Network, Confidence::Likely)));
    assert_eq!(method("addEventListener"), Some((Effect::Listen, Confidence::Likely)));
    assert_eq!(method("get"), None, "a Map and a client have it");
    assert!(catalog.is_status_member("readyState"));
    assert!(!catalog.is_status_member("isOpen"), "dialogs have it");
    assert_eq!(catalog.injected("$http"), Some(("angular", "$http")));
    assert_eq!(catalog.side_of("node:fs/promises"), Some(Side::Server));
    assert_eq!(catalog.side_of("react"), None);
}

#[test]
fn starting_words_are_names_or_options() {
    let catalog = catalog();
    let words = catalog.starting_words();
    for word in [
        "setInterval",
        "setTimeout",
        "refetchInterval",
        "pollInterval",
        "useInterval",
        "Cron",
        "Interval",
        "startPolling",
        "$interval",
    ] {
        assert!(words.contains(&word), "{word}");
    }
    assert!(words.contains(&"@use-it/interval"), "its default export has no name");
    assert!(words.contains(&"rxjs"), "`timer` and `interval` stand in files without timers");
    for word in ["useQuery", "default", "lodash", "add", "from", "timer", "global"] {
        assert!(!words.contains(&word), "{word}");
    }
    assert!(words.is_sorted());
    let keys = catalog.interval_option_keys();
    for key in ["pollInterval", "pollingInterval", "refetchInterval", "refreshInterval"] {
        assert!(keys.contains(&key), "{key}");
    }
    assert!(!keys.contains(&"interval") && !keys.contains(&"delay"));
}

#[test]
fn the_nearest_package_answers() {
    let catalog = catalog();
    assert!(catalog.knows_package("swr/_internal"));
    assert!(catalog.timer("swr/_internal", "default").is_some());
    assert!(catalog.timer("swr/subscription", "default").is_none(), "it has rows of its own");
    assert!(!catalog.knows_package("@tanstack"));
    assert!(!catalog.knows_package("swr-like"));
    assert!(!catalog.knows_package(""));
}

#[test]
fn a_users_rows_win() {
    let mut catalog = catalog();
    let own = "library = \"Own\"\npackages = [\"axios\", \"@acme/api\"]\n[[effect]]\nat = [\"get\"]\neffect = \"pure\"\n";
    catalog.extend(read("own.toml", own).unwrap());
    assert_eq!(catalog.effect("axios", "get").map(|row| row.effect), Some(Effect::Pure));
    assert_eq!(catalog.effect("axios", "post").map(|row| row.effect), Some(Effect::Network));
    assert!(catalog.knows_package("@acme/api"));
}

#[test]
fn the_closest_pattern_wins() {
    let own = "[[effect]]\nat = [\"**\"]\neffect = \"pure\"\n[[effect]]\nat = [\"hub().**.send\"]\neffect = \"channel-send\"\n";
    let mut catalog = Catalog::default();
    catalog.extend(read("own.toml", &format!("{HEAD}{own}")).unwrap());
    assert_eq!(catalog.effect("own", "hub().room.send").map(|row| row.effect), Some(Effect::ChannelSend));
    assert_eq!(catalog.effect("own", "hub().room").map(|row| row.effect), Some(Effect::Pure));
}
