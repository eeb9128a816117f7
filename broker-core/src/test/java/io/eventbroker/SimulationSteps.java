package io.eventbroker;

import java.util.List;
import java.util.Random;

/** Where a {@link Simulation} looks into the broker's loop, step by step; in some runs the loop dies at one of them. */
final class SimulationSteps extends LoopSteps {
    /** What the loop dies of. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1L;

        Death(String message) {
            super(message);
        }
    }

    private static final List<Step> STEPS = List.of(
            Step.COMMAND,
            Step.ROUTE,
            Step.FLUSH,
            Step.BEGIN_CLOSING,
            Step.CLOSE_RINGS,
            Step.SEAL,
            Step.CANCEL,
            Step.INTERRUPT, // seldom reached
            Step.INTERRUPT,
            Step.INTERRUPT,
            Step.SEAL_EVENTS,
            Step.END);

    /** The death to come; null if the loop is to live. */
    final Throwable death;

    final Step last;
    private final Simulation run;
    private int left;

    SimulationSteps(Simulation run, Random random, boolean isMortal) {
        this.run = run;
        this.last = STEPS.get(random.nextInt(STEPS.size()));
        boolean isFrequent = last == Step.ROUTE || last == Step.FLUSH;
        this.left = isFrequent
                ? 12 + random.nextInt(120)
                : last == Step.COMMAND ? 4 + random.nextInt(20) : random.nextInt(8) / 7;
        this.death = isMortal ? death(random, "at " + last) : null;
    }

    @Override
    void at(Step step) {
        run.passing();
        if (death != null && step == last && left-- == 0) {
            run.trace("the loop dies at ", step);
            run.note("died at " + step, true);
            run.note("died of " + death.getClass().getSimpleName(), true);
            if (death instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) death;
        }
        run.passed(step);
    }

    private static Throwable death(Random random, String message) {
        return switch (random.nextInt(4)) {
            case 0 -> new OutOfMemoryError(message);
            case 1 -> new StackOverflowError(message);
            case 2 -> new IllegalStateException(message);
            default -> new Death(message);
        };
    }
}
