package io.eventbroker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.verifier.LinearizabilityVerifier;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;
import org.jetbrains.lincheck.util.LoggingLevel;

/** What {@link LinearizabilityTest} does in a JVM of its own: each structure, by each strategy of Lincheck's. */
final class LinearHistories {
    enum Structure {
        ARRAY_QUEUE(LinearQueue.Lone.class, LinearQueue.SpecificationOfTwo.class),
        EVICTING_QUEUE(LinearQueue.Evicting.class, LinearQueue.SpecificationOfTwo.class),
        GROWING_QUEUE(LinearQueue.Growing.class, LinearQueue.SpecificationOfMany.class),
        DROP_NEWEST(LinearInbox.DropNewest.class, LinearInbox.DropNewestSpecification.class),
        DROP_OLDEST(LinearLosses.DropOldest.class, LinearLosses.Specification.class),
        CONFLATE(LinearInbox.Conflate.class, LinearInbox.ConflateSpecification.class),
        CONFLATE_AT_ITS_LIMIT(LinearLosses.Conflate.class, LinearLosses.Specification.class),
        BACKPRESSURE(LinearInbox.Backpressure.class, LinearInbox.BackpressureSpecification.class),
        DISCONNECT(LinearInbox.Disconnect.class, LinearInbox.DisconnectSpecification.class),
        STEPPED_BROKER(LinearBroker.class, LinearBroker.Specification.class);

        final Class<?> driven;
        final Class<?> specification;

        Structure(Class<?> driven, Class<?> specification) {
            this.driven = driven;
            this.specification = specification;
        }
    }

    /** Verifies as Lincheck does by default, and counts. */
    public static final class Counting implements Verifier {
        private static final AtomicLong SCENARIOS = new AtomicLong();
        private static final AtomicLong INVOCATIONS = new AtomicLong();

        private final Verifier verifier;
        private final AtomicReference<ExecutionScenario> last = new AtomicReference<>();

        public Counting(Class<?> specification) {
            verifier = new LinearizabilityVerifier(specification);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // another scenario may look the same
        public boolean verifyResults(ExecutionScenario scenario, ExecutionResult results) {
            INVOCATIONS.incrementAndGet();
            SCENARIOS.addAndGet(last.getAndSet(scenario) == scenario ? 0 : 1);
            return verifier.verifyResults(scenario, results);
        }
    }

    /** Lincheck takes an invocation that lasts longer for a hung one; the first rewrites much bytecode. */
    private static final long PATIENCE_MS = 600_000;

    /** The same for the broker, of which a model checker sees some thousand times as many accesses as of a queue. */
    private static final int SHARE_OF_BROKER = 6;

    /** Lincheck takes what recurs deeper for a livelock; readers do, to see whether they have stack enough. */
    private static final int MOST_RECURSION = 2 * Checks.FRAMES;

    private static final int THREADS = 3;
    private static final int OPERATIONS_OF_EACH = 3;
    private static final int OPERATIONS_BEFORE_AND_AFTER = 2;

    private LinearHistories() {}

    /** Of scenarios, and how often the model checker is to run each, and stress. */
    public static void main(String[] arguments) {
        int scenarios = Integer.parseInt(arguments[0]);
        ChildJvm.main(() -> {
            // in this order: what the model checker has made of the broker's classes slows down what follows
            for (Structure structure : Structure.values()) {
                check(structure, "stress", new StressOptions(), scenarios, Integer.parseInt(arguments[2]));
            }
            for (Structure structure : Structure.values()) {
                boolean isBroker = structure == Structure.STEPPED_BROKER;
                int invocations = Integer.parseInt(arguments[1]);
                ModelCheckingOptions checking = new ModelCheckingOptions().recursionBound(MOST_RECURSION);
                check(structure, "model checking", checking, scenarios, invocations / (isBroker ? SHARE_OF_BROKER : 1));
            }
        });
    }

    private static <O extends Options<O, ?>> void check(
            Structure structure, String strategy, O options, int scenarios, int invocations) {
        long scenariosBefore = Counting.SCENARIOS.get();
        long invocationsBefore = Counting.INVOCATIONS.get();
        options.logLevel(LoggingLevel.ERROR)
                .iterations(scenarios)
                .invocationsPerIteration(invocations)
                .threads(THREADS)
                .actorsPerThread(OPERATIONS_OF_EACH)
                .actorsBefore(OPERATIONS_BEFORE_AND_AFTER)
                .actorsAfter(OPERATIONS_BEFORE_AND_AFTER)
                .invocationTimeout$lincheck(PATIENCE_MS)
                .minimizeFailedScenario(false)
                .verifier(Counting.class)
                .sequentialSpecification(structure.specification)
                .check(structure.driven);
        String what = structure + ", " + strategy + ", ";
        ChildJvm.total(what + "scenarios", Counting.SCENARIOS.get() - scenariosBefore);
        ChildJvm.total(what + "invocations", Counting.INVOCATIONS.get() - invocationsBefore);
    }
}
