package io.eventbroker;

import static io.eventbroker.Churn.check;

import java.util.List;
import java.util.stream.Stream;

/**
 * The main class of a JVM of its own, whose code is not compiled yet, in which threads put something into queues where
 * there is hardly any stack left. Each dives to the end of its stack and puts something in at each level on the way up.
 * Hazard: the stack ends between the two steps of putting in, and what can be taken is counted as lost.
 *
 * <p>Argument: how many threads, each of which ends its stack elsewhere.
 */
final class PutsAtStackEnd extends StackDive {
    private static final int STACK = 150_000;

    private final List<EventQueue> queues = Stream.generate(
                    () -> new EventQueue(Overflow.BACKPRESSURE, 2, false, false))
            .limit(30)
            .toList();
    private final boolean[] arePut = new boolean[queues.size()];
    private int next;

    private PutsAtStackEnd() {}

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[0]);
        ChildJvm.main(() -> {
            for (int i = 0; i < threads; i++) {
                new PutsAtStackEnd().run(i);
            }
        });
    }

    private void run(int padding) throws InterruptedException {
        inThread(STACK, () -> dive(padding));
        check(next >= queues.size(), "puts: " + next);
        int failures = 0;
        for (int i = 0; i < queues.size(); i++) {
            check(queues.get(i).size() == (arePut[i] ? 1 : 0), "put, and waits: " + arePut[i]);
            check((queues.get(i).take() != null) == arePut[i], "put, and can be taken: " + arePut[i]);
            failures += arePut[i] ? 0 : 1;
        }
        check(failures < queues.size(), "none was put in");
        ChildJvm.total("overflows", failures);
    }

    @Override
    void attempt() {
        if (next < arePut.length) {
            int i = next++;
            queues.get(i).put("a");
            arePut[i] = true;
        }
    }
}
