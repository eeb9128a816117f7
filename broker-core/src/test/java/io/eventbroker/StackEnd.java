package io.eventbroker;

import static io.eventbroker.Churn.check;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The main class of a JVM of its own, in which handlers call the broker where there is hardly any stack left, the first
 * time before any of that code is warm. They dive to the end of their stack and try at each level on the way up, or
 * recurse through the call until it ends. Here nothing that is recorded after a call needs a call.
 *
 * <p>Arguments: a seed, how many of the {@link Call}s to try, beginning with the one of the seed's number, and how often.
 */
final class StackEnd {
    private enum Call {
        PUBLISH,
        POLL,
        SUBSCRIBE,
        TAKE,
        PUBLISH_IN_LANE,
        ITERATE,
        UNSUBSCRIBE,
        TIMED_POLL,
        TIMED_PUBLISH,
        SELECT,
        INBOX,
        NEXT,
        STATS,
        DRAIN,
        TRY_PUBLISH,
        WAIT,
        FULL,
        OPEN_LANE,
        CLOSE;

        private static final List<Call> READS = List.of(POLL, TAKE, TIMED_POLL, ITERATE, NEXT, SELECT, DRAIN, WAIT);

        private static final List<Call> COMMANDS = List.of(SUBSCRIBE, UNSUBSCRIBE, OPEN_LANE);

        boolean reads() {
            return READS.contains(this);
        }
    }

    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).keyedBy(n -> n);
    private static final Topic<Integer> DIVE = Topic.of("dive", Integer.class);
    private static final Overflow[] POLICIES = {
        Overflow.DROP_NEWEST, Overflow.BACKPRESSURE, Overflow.DROP_OLDEST, Overflow.CONFLATE
    };

    private static final int MOST = 1 << 16;
    private static final int TRIES = 2;
    private static final Duration CLOSING_TIME = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofNanos(20_000);
    private static final Integer[] EVENTS = new Integer[MOST];

    private final Call call;
    private final int dives;

    /** How many events fill what is read, so that it drains to half meanwhile. */
    private final int fill;

    private final boolean isRecursing;

    /** At each how many levels to try: what probes for more stack fails at more levels. */
    private final int stride;

    private final Overflow policy;
    private final Broker broker;
    private final AtomicIntegerArray seen = new AtomicIntegerArray(MOST);

    /** What the calls returned, other than null: events read or accepted, subscriptions made or ended. */
    private final Object[] got = new Object[MOST];

    private int gotten;
    private final List<Integer> drained = new ArrayList<>(MOST);
    private final Callable<?> attempt;

    /** How many events were offered. */
    private int offered;

    /** Of a broker that nobody steps; its ring is full, and the first to be so in this JVM. */
    private final ManualBroker full = Broker.manual(BrokerConfig.defaults().withRingSize(2));

    private final Subscription[] leavers = new Subscription[1 << 10];
    private Lane<Integer> lane;
    private Inbox<Integer> inbox;
    private Select<Integer> select;
    private Iterator<Integer> events;
    private Inbox<BrokerEvent.DropsEnded> ended;

    private int accepted;
    private int tries;
    private int left;
    private int overflows;
    private int others;
    private Throwable other;

    private StackEnd(Call call, int dives, Random random) {
        this.call = call;
        this.dives = dives;
        fill = (dives + 1) * TRIES;
        stride = Call.COMMANDS.contains(call) ? 4 : 1;
        isRecursing = random.nextInt(4) == 0 && !call.reads(); // there is not so much to be read
        policy = POLICIES[random.nextInt(POLICIES.length)];
        long stack = new int[] {192, 224, 256, 333, 0}[random.nextInt(5)] << 10;
        BrokerConfig config = BrokerConfig.defaults().withRingSize(1 << 12);
        broker = Broker.open(
                stack == 0
                        ? config
                        : config.withThreadFactory(task -> {
                            Thread thread = new Thread(null, task, "worker", stack);
                            thread.setDaemon(true);
                            return thread;
                        }));
        attempt = attempt();
        System.out.println(call + (isRecursing ? " recursing, " : ", ") + policy + ", stack " + stack);
    }

    public static void main(String[] arguments) {
        long seed = Long.parseLong(arguments[0]);
        Arrays.setAll(EVENTS, n -> n);
        Call[] calls = Call.values();
        ChildJvm.main(() -> {
            if (seed % 2 == 0) {
                StackDive.warmProbe();
            }
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                StackEnd end = new StackEnd(
                        calls[(int) ((seed + i) % calls.length)],
                        Integer.parseInt(arguments[2]),
                        new Random(seed + i * 31));
                end.run();
                ChildJvm.total("overflows", end.overflows);
            }
        });
    }

    private void run() throws Exception {
        Subscription witness = prepare();
        AtomicInteger thrown = new AtomicInteger();
        Subscription diver = broker.subscribe(DIVE, n -> {
            if (call == Call.NEXT) {
                check(events.hasNext(), "there are events enough");
            }
            if (!isRecursing) {
                tries = TRIES;
                dive(0);
                if (n == dives && call != Call.CLOSE) {
                    tryOnce(); // what was linked in vain would fail here, too
                }
                return;
            }
            try {
                recurse(0);
            } catch (StackOverflowError e) {
                overflows++;
                thrown.incrementAndGet();
                throw e;
            }
        });
        // a command fails in the middle when some of its code is compiled; INBOX stands for all
        int most = call == Call.CLOSE ? 1 : isRecursing ? 3 : call == Call.INBOX ? 3 * dives : dives;
        for (int i = 1; i <= most; i++) {
            broker.publish(DIVE, EVENTS[i]);
            int dived = i;
            Tests.awaitTrue("dived", () -> diver.stats().delivered() == dived);
        }
        System.out.println("  overflows " + overflows + ", other " + others);
        check(other == null, other);
        if (call != Call.CLOSE) {
            check(diver.stats().failed() == thrown.get(), diver.stats());
            verifyOpen(witness);
        }
        BrokerStats report = broker.close(Tests.PATIENCE);
        check(report.state() == State.CLOSED, report);
        check(report.accepted() == report.routed() + report.unrouted() + report.discarded(), report);
        for (SubscriptionStats s : report.subscriptions()) {
            check(s.abandoned() == 0 && !s.stuck(), s);
            verifyLaw(s);
        }
    }

    private static void verifyLaw(SubscriptionStats s) {
        check(s.matched() == s.delivered() + s.dropped() + s.abandoned() + s.queued() + s.inHand(), s);
    }

    private Subscription prepare() {
        if (!call.reads()) {
            full.publish(NUMBERS, EVENTS[0]);
            full.publish(NUMBERS, EVENTS[0]);
            Subscription witness = broker.subscription(NUMBERS).capacity(MOST).onEvent(seen::incrementAndGet);
            lane = broker.lane(NUMBERS);
            for (int i = 0; call == Call.UNSUBSCRIBE && i < leavers.length; i++) {
                leavers[i] = broker.inbox(NUMBERS);
            }
            return witness;
        }
        inbox = broker.subscription(NUMBERS).capacity(fill).overflow(policy).inbox();
        ended = broker.inbox(BrokerEvent.TOPIC.only(BrokerEvent.DropsEnded.class));
        select = Select.of(inbox);
        events = inbox.iterator();
        for (int n = 0; call != Call.WAIT && n <= fill; n++) {
            broker.publish(NUMBERS, EVENTS[n]); // one more than there is room for
        }
        Tests.awaitRouted(broker);
        return inbox;
    }

    // ---- on the diver's stack

    @SuppressWarnings("InfiniteRecursion") // its end is the point
    private void dive(int depth) {
        try {
            dive(depth + 1);
        } catch (StackOverflowError e) {
            // now the calls where there is hardly any stack left, then with a little more, and more
        }
        if (tries > 0 && depth % stride == 0) {
            try {
                tryOnce();
                tries--;
            } catch (StackOverflowError e) {
                overflows++;
            } catch (LinkageError | InternalError e) { // what the JDK makes of it where it links and initialises
                others++;
            } catch (Throwable e) {
                other = e;
            }
        }
    }

    @SuppressWarnings("InfiniteRecursion") // its end is the point
    private void recurse(int depth) throws Exception {
        if (depth % (offered > 0 ? 16 : 256) == 0) {
            tryOnce();
        }
        recurse(depth + 1);
    }

    private void tryOnce() throws Exception {
        Object result = attempt.call();
        if (result != null) {
            got[gotten++] = result;
        }
    }

    private Callable<?> attempt() {
        return switch (call) {
            case PUBLISH ->
                () -> {
                    Integer n = EVENTS[offered++];
                    broker.publish(NUMBERS, n);
                    return n;
                };
            case PUBLISH_IN_LANE ->
                () -> {
                    Integer n = EVENTS[offered++];
                    lane.publish(n);
                    return n;
                };
            case TRY_PUBLISH ->
                () -> {
                    Integer n = EVENTS[offered++];
                    return broker.tryPublish(NUMBERS, n) ? n : null;
                };
            case TIMED_PUBLISH ->
                () -> {
                    Integer n = EVENTS[offered++];
                    return broker.tryPublish(NUMBERS, n, SHORT) ? n : null;
                };
            case SUBSCRIBE -> () -> broker.subscribe(NUMBERS, seen::get);
            case INBOX -> () -> broker.inbox(NUMBERS);
            case OPEN_LANE ->
                () -> {
                    broker.lane(NUMBERS).close();
                    return null;
                };
            case UNSUBSCRIBE ->
                () -> {
                    Subscription leaver = leavers[left];
                    leaver.unsubscribe();
                    left++;
                    return leaver;
                };
            case STATS -> broker::stats;
            case FULL ->
                () -> {
                    if (full.tryPublish(NUMBERS, EVENTS[0])) {
                        accepted++;
                    }
                    return null;
                };
            case CLOSE -> () -> broker.close(CLOSING_TIME);
            case DRAIN ->
                () -> {
                    inbox.drainTo(drained);
                    return null;
                };
            case POLL -> () -> inbox.poll();
            case TAKE -> () -> inbox.take();
            case SELECT -> () -> select.take();
            case ITERATE -> () -> inbox.iterator().next();
            case NEXT -> () -> events.next();
            case TIMED_POLL, WAIT -> () -> inbox.poll(SHORT);
        };
    }

    // ---- afterwards, on stacks that are long enough

    private void verifyOpen(Subscription witness) throws Exception {
        check(broker.stats().state() == State.OPEN, broker.stats());
        if (call.reads()) {
            verifyReceipts();
        } else {
            broker.publish(NUMBERS, EVENTS[MOST - 1]);
            check(broker.awaitQuiescence(Tests.PATIENCE), "quiet: " + broker.stats());
            int received = 0;
            for (int n = 0; n < offered; n++) {
                check(seen.get(n) <= 1, n + " was seen " + seen.get(n));
                received += seen.get(n);
            }
            for (int i = 0; offered > 0 && i < gotten; i++) {
                check(seen.get((Integer) got[i]) == 1, got[i] + " was accepted");
            }
            check(offered == 0 || received == gotten, received + " came, " + gotten + " were accepted");
            check(accepted == 0 && !full.tryPublish(NUMBERS, EVENTS[0]), "full is full, also afterwards");
            check(seen.get(MOST - 1) == 1, "what is published afterwards is seen");
            check(witness.stats().handled() == received + 1, received + "; " + witness.stats());
        }
        BrokerStats stats = broker.stats();
        stats.subscriptions().forEach(StackEnd::verifyLaw);
        if (call == Call.SUBSCRIBE || call == Call.INBOX) {
            check(stats.subscriptions().size() == gotten + 2, gotten + " are known to their owners: " + stats);
        }
        check(broker.subscribe(NUMBERS, n -> {}).stats().matched() == 0, "one can subscribe");
    }

    /** Each event came to exactly one reader, and who waits is woken. */
    private void verifyReceipts() throws Exception {
        List<Object> all = new ArrayList<>(Arrays.asList(got).subList(0, gotten));
        all.addAll(drained);
        if (call == Call.NEXT) {
            while (inbox.stats().queued() + inbox.stats().inHand() > 0) {
                all.add(events.next());
            }
        }
        for (Integer n = inbox.poll(); n != null; n = inbox.poll()) {
            all.add(n);
        }
        int first = call != Call.WAIT && policy == Overflow.DROP_OLDEST ? 1 : 0;
        int last =
                call == Call.WAIT ? 0 : policy == Overflow.DROP_NEWEST || policy == Overflow.CONFLATE ? fill : fill + 1;
        int expected = last - first;
        SubscriptionStats stats = inbox.stats();
        String what = all.size() + " of " + expected + " were received, " + overflows + " overflows; " + stats;
        check(all.size() == expected && stats.delivered() == expected, what);
        check(all.equals(Arrays.asList(EVENTS).subList(first, last)), "in order: " + all);
        long episodes = call == Call.WAIT || policy == Overflow.BACKPRESSURE ? 0 : 1;
        Tests.awaitTrue("the end of the drops is told", () -> ended.stats().matched() == episodes);
        check(broker.awaitQuiescence(Tests.PATIENCE), "quiet: " + broker.stats());
        for (int n = fill + 1; n < fill + 21; n++) {
            Callable<Integer> take = n % 2 == 0 ? inbox::take : () -> inbox.poll(Tests.PATIENCE);
            Task<Integer> reader = Task.call("awaiting reader", take);
            Tests.awaitParked(reader.thread());
            broker.publish(NUMBERS, EVENTS[n]);
            check(reader.get().equals(n), n + " wakes a reader");
        }
    }
}
