package io.eventbroker.bench.soak;

import io.eventbroker.BrokerClosedException;
import io.eventbroker.bench.soak.Publisher.Phase;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** A thread that lets subscribers come and go, some at a time, until the broker is closed. */
final class Guests extends Thread {
    private static final int MOST = 40;
    private static final int MOST_AT_A_TIME = 3;
    private static final int LONGEST_STAY_NANOS = 20_000_000;

    private final IntFunction<Subscriber> host;
    private final SplittableRandom random;
    private final Phase phase;
    private final Violations violations;

    /**
     * One to be started.
     *
     * @param host subscribes the guest with a number
     */
    Guests(IntFunction<Subscriber> host, long seed, Phase phase, Violations violations) {
        super("guests");
        this.host = host;
        this.random = new SplittableRandom(seed);
        this.phase = phase;
        this.violations = violations;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            Subscriber[] present = new Subscriber[MOST_AT_A_TIME];
            for (int number = 0; number < MOST && !phase.isStopping; number++) {
                int place = number % MOST_AT_A_TIME;
                if (number >= MOST_AT_A_TIME) {
                    present[place].unsubscribe();
                }
                present[place] = host.apply(number);
                LockSupport.parkNanos(random.nextInt(LONGEST_STAY_NANOS));
            }
        } catch (BrokerClosedException e) {
            Publisher.requireClosing(phase, violations, getName());
        } catch (Throwable e) {
            violations.add(Kind.FAILED, getName() + ": " + e);
        }
    }
}
