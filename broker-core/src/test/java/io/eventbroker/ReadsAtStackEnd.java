package io.eventbroker;

import static io.eventbroker.Churn.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The main class of a JVM of its own, in which threads read an inbox where there is hardly any stack left, the code being
 * compiled for one that is empty, so that taking an event needs more. Each dives to the end of its stack and reads at each
 * level on the way up, until it was given some events. Hazard: the stack ends after an event was taken, and nobody gets it.
 *
 * <p>Argument: how many threads for each way to read and each policy.
 */
final class ReadsAtStackEnd {
    /** With these it needs still more. */
    static final List<String> INTERPRETED = List.of(
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=exclude,io/eventbroker/EventQueue*.*",
            "-XX:CompileCommand=exclude,java/lang/invoke/*.*");

    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).keyedBy(n -> n);
    private static final int READS = 3;
    private static final int WARM = 100_000;
    private static final int STACK = 256 << 10;

    /** What was given to the divers; nothing that is recorded needs a call. */
    private final Object[] got;

    private int gotten;
    private int left;
    private int overflows;

    private ReadsAtStackEnd(int reads) {
        got = new Object[reads];
    }

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[0]);
        ChildJvm.main(() -> {
            for (Overflow policy : Overflow.values()) {
                for (int way = 0; way < 3; way++) {
                    new ReadsAtStackEnd(threads * READS).run(policy, way);
                }
            }
        });
    }

    private void run(Overflow policy, int way) throws Exception {
        Integer[] events = new Integer[got.length + 1_000];
        Arrays.setAll(events, n -> n);
        ManualBroker broker = Broker.manual();
        Inbox<Integer> inbox = broker.subscription(NUMBERS)
                .capacity(events.length)
                .overflow(policy)
                .inbox();
        Select<Integer> select = Select.of(inbox);
        Callable<?> read = switch (way) {
            case 0 -> inbox::poll;
            case 1 -> () -> inbox.poll(Duration.ZERO);
            default -> () -> select.poll(Duration.ZERO);
        };
        for (int n = 0; n < WARM; n++) {
            check(read.call() == null, "it is empty");
        }
        for (Integer event : events) {
            broker.publish(NUMBERS, event);
            broker.runUntilIdle();
        }

        while (gotten < got.length) {
            left = READS;
            Thread diver = new Thread(null, () -> dive(read), "diver", STACK);
            diver.start();
            diver.join(Tests.PATIENCE.toMillis());
            check(left == 0, "reads left: " + left);
        }

        List<Object> all = new ArrayList<>(Arrays.asList(got));
        for (Integer n = inbox.poll(); n != null; n = inbox.poll()) {
            all.add(n);
        }
        check(overflows > 0, "no stack has ended");
        check(
                all.equals(Arrays.asList(events)),
                policy + ", way " + way + ": of " + events.length + " events " + all.size() + " were received");
        check(inbox.stats().delivered() == all.size(), inbox.stats());
        ChildJvm.total("overflows", overflows);
        broker.close();
    }

    @SuppressWarnings("InfiniteRecursion") // its end is the point
    private void dive(Callable<?> read) {
        try {
            dive(read);
        } catch (StackOverflowError e) {
            // now the reads where there is hardly any stack left, then with a little more, and more
        }
        if (left > 0) {
            try {
                Object event = read.call();
                got[gotten++] = event;
                left--;
            } catch (StackOverflowError e) {
                overflows++;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
