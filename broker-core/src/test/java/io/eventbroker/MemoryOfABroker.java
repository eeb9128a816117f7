package io.eventbroker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** What {@link G4_MemoryTest} runs in a JVM of its own: everything that may pile up, one after the other, on one broker. */
final class MemoryOfABroker {
    static final int RETAINED = 1_000;

    /** How far the first figures are from the last: enough for the JVM to have compiled what is run. */
    private static final int WARM_UP = 10;

    private final Map<String, Integer> rounds = new LinkedHashMap<>();
    private final Map<String, Function<Broker, Churn>> churns = new LinkedHashMap<>();

    private long mostBytes;

    /** Arguments: the number of names; how many are subscribed to or opened; how many threads come and go. */
    public static void main(String[] arguments) {
        ChildJvm.main(() -> new MemoryOfABroker(
                        Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]))
                .run());
    }

    private MemoryOfABroker(int names, int comings, int threads) {
        add("names nobody wants", names, NameChurns.Unwanted::new);
        add("names that match patterns", names, NameChurns.Wanted::new);
        add("names that match stuck patterns", names, NameChurns.Stuck::new);
        add("names retained", names, NameChurns.Retained::new);
        add("keys", names, NameChurns.Keys::new);
        add("lanes opened and closed", comings, ComingChurns.Lanes::new);
        add("subscriptions under load", comings, ComingChurns.Subscriptions::new);
        add("selections", comings, ComingChurns.Selects::new);
        add("subscribers to broker events", comings, ComingChurns.BrokerEvents::new);
        add("threads", threads, ComingChurns.Threads::new);
    }

    private void add(String name, int count, Function<Broker, Churn> churn) {
        rounds.put(name, count);
        churns.put(name, churn);
    }

    private void run() throws Exception {
        ((Logger) LoggerFactory.getLogger(Broker.class)).setLevel(Level.OFF);
        Broker broker = Broker.open(BrokerConfig.defaults()
                .withRingSize(1_024)
                .withLaneSize(16)
                .withDefaultCapacity(64)
                .withMaxRetained(RETAINED));
        churns.remove("names retained").apply(broker).pass(0, 2 * RETAINED); // which stay
        forgetNames(broker);
        Census first = settled(broker);
        churns.put("names retained", NameChurns.Retained::new);
        for (Map.Entry<String, Function<Broker, Churn>> churn : churns.entrySet()) {
            Churn one = churn.getValue().apply(broker);
            repeat(churn.getKey(), one, broker);
            one.end();
            awaitNothingMore("the end of " + churn.getKey(), broker, true, now -> now.tablesSince(first, true));
        }

        BrokerStats stats = broker.close(Tests.PATIENCE);
        Churn.checkEqual("offered", stats.offered(), Churn.OFFERED.get());
        Churn.checkEqual("refused", stats.refused(), Churn.REFUSED.get());
        Churn.checkEqual("accepted", stats.accepted(), stats.routed() + stats.unrouted());
        ChildJvm.total("offered", Churn.OFFERED.get());
        ChildJvm.total("refused", Churn.REFUSED.get());
        ChildJvm.total("tables and kinds of objects a broker leads to", first.tables());
        ChildJvm.total("objects, threads or table entries more than before", 0);
        ChildJvm.total("most bytes more than before", mostBytes);
    }

    /** Takes stock after some of it and after all of it. */
    private void repeat(String name, Churn churn, Broker broker) throws Exception {
        int count = rounds.get(name);
        int warmUp = Math.max(count / WARM_UP, 500);
        long start = System.nanoTime();
        churn.pass(0, warmUp);
        Census before = settled(broker);
        churn.pass(warmUp, warmUp + count);
        Census after = awaitNothingMore(name, broker, false, now -> now.since(before));
        mostBytes = Math.max(mostBytes, after.bytes() - before.bytes());
        System.out.println(name + ": " + before.bytes() + " -> " + after.bytes() + " bytes, " + after.threads()
                + " threads, " + (System.nanoTime() - start) / 1_000_000 + " ms");
        ChildJvm.total(name, count);
    }

    /** Takes stock until nothing changes any more: the log may be at work, and the threads of workers about to end. */
    private static Census settled(Broker broker) {
        Census[] last = {Census.of(broker)};
        Tests.awaitTrue("settled", () -> {
            Tests.awaitRouted(broker);
            Census now = Census.of(broker);
            Census before = last[0];
            last[0] = now;
            return now.tablesSince(before, true).isEmpty();
        });
        return last[0];
    }

    /** Threads of workers take a while to end, and the loop to let go of them. */
    private static Census awaitNothingMore(
            String what, Broker broker, boolean isToForget, Function<Census, List<String>> more) {
        List<String> found = new ArrayList<>();
        Census[] now = new Census[1];
        try {
            Tests.awaitTrue("nothing more", () -> {
                Tests.awaitRouted(broker); // which has the loop look
                if (isToForget) {
                    forgetNames(broker);
                }
                now[0] = Census.of(broker);
                found.clear();
                found.addAll(more.apply(now[0]));
                return found.isEmpty();
            });
        } catch (RuntimeException e) {
            throw new AssertionError(what + " left " + found, e);
        }
        return now[0];
    }

    /** A pattern comes and goes, so nothing is remembered of names that matched others. */
    private static void forgetNames(Broker broker) {
        broker.inbox(TopicPattern.of("memory.>", Object.class)).close();
    }
}
