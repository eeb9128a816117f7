package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * G5: loss is told at its place, exactly, for each policy that loses; what is left is told at the end. Judged by the
 * numbers in the events, in seeded interleavings of publishing and taking; see {@link G5_GapsUnderLoadTest} for threads.
 */
@ExtendWith(LossesUnlogged.class)
class G5_GapsTest {
    private static final int KEYS = 5;
    private static final int SEEDS = 8;
    private static final int STEPS = 60;
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).keyedBy(n -> keyOf(n));

    private enum Consumers {
        INBOX(0),
        ONE_WORKER(1),
        THREE_WORKERS(3),
        THREE_WORKERS_BY_KEY(3);

        final int workers;

        Consumers(int workers) {
            this.workers = workers;
        }
    }

    private enum Ending {
        UNSUBSCRIBE,
        CLOSE_AT_ONCE,
        CLOSE_IN_TIME
    }

    private static int keyOf(int number) {
        return number <= KEYS ? number - 1 : Math.floorMod(number * 0x9E3779B9 >>> 7, KEYS);
    }

    static Stream<Arguments> policiesAndConsumers() {
        return Stream.of(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.CONFLATE, Overflow.DISCONNECT)
                .flatMap(policy -> Stream.of(Consumers.values()).map(consumers -> Arguments.of(policy, consumers)));
    }

    @ParameterizedTest
    @MethodSource("policiesAndConsumers")
    void eachGapIsToldAtItsPlaceAndTheRestAtTheEnd(Overflow policy, Consumers consumers) {
        for (int capacity : new int[] {1, 2, 3, 8}) {
            for (int seed = 0; seed < SEEDS; seed++) {
                for (Ending ending : Ending.values()) {
                    Run run = new Run(policy, consumers, capacity, new Random(seed));
                    try {
                        run.play(ending);
                    } catch (AssertionError e) {
                        throw new AssertionError(
                                "capacity " + capacity + ", seed " + seed + ", " + ending + ": " + e.getMessage(), e);
                    }
                }
            }
        }
    }

    /** One subscription, driven at random, and its model. */
    private static final class Run {
        private final SteppedBroker broker =
                new SteppedBroker(BrokerConfig.defaults().withRingSize(64), new LoopSteps());
        private final Overflow policy;
        private final Consumers consumers;
        private final int capacity;
        private final Random random;
        private final Subscription subscription;
        private final List<Message<Integer>> received = new ArrayList<>();
        private final Map<Integer, Integer> workerOfKey = new HashMap<>();
        private final GapModel model;
        private int published;
        private int last;

        Run(Overflow policy, Consumers consumers, int capacity, Random random) {
            this.policy = policy;
            this.consumers = consumers;
            this.capacity = capacity;
            this.random = random;
            SubscriptionBuilder<Integer> builder =
                    broker.subscription(NUMBERS).capacity(capacity).overflow(policy);
            if (consumers == Consumers.INBOX) {
                subscription = builder.messageInbox();
            } else {
                builder = builder.concurrency(consumers.workers);
                builder = consumers == Consumers.THREE_WORKERS_BY_KEY ? builder.orderedByKey() : builder;
                subscription = builder.onMessage(received::add);
            }
            routeAll();
            model = new GapModel(policy, capacity, G5_GapsTest::keyOf, this::queueOf);
            learnWorkers();
        }

        private int queueOf(int key) {
            return consumers == Consumers.THREE_WORKERS_BY_KEY ? workerOfKey.get(key) : 0;
        }

        /** One number of each key, each of which is taken at once. */
        private void learnWorkers() {
            for (int key = 0; key < KEYS; key++) {
                publish(1);
                assertThat(keyOf(published)).isEqualTo(key);
                int worker = 0;
                while (!isTaking(worker)) {
                    worker++;
                }
                workerOfKey.put(key, worker);
                model.offer(published);
                noteTaken();
            }
        }

        private void publish(int count) {
            for (int i = 0; i < count; i++) {
                broker.publish(NUMBERS, ++published);
            }
            routeAll();
        }

        private void routeAll() {
            while (broker.stepLoop()) {}
        }

        /** Has a consumer take one; returns whether it did. */
        private boolean isTaking(int worker) {
            int before = received.size();
            if (subscription instanceof Inbox<?>) {
                pull();
            } else if (broker.workers().size()
                    > consumers.workers) { // the others are the log's and those that have ended
                broker.workers().get(worker).stepAsGuest();
            }
            return received.size() > before;
        }

        @SuppressWarnings("unchecked")
        private void pull() {
            try {
                Message<Integer> message = ((Inbox<Message<Integer>>) subscription).poll();
                if (message != null) {
                    received.add(message);
                }
            } catch (SubscriptionClosedException e) {
                assertThat(model.waiting()).isZero();
            }
        }

        /** What came since the last call is what should have come. */
        private void noteTaken() {
            for (Message<Integer> message : received) {
                if (policy != Overflow.CONFLATE && consumers != Consumers.THREE_WORKERS_BY_KEY) {
                    assertThat(message.event() - last)
                            .as("the jump to %s", message)
                            .isEqualTo(message.missedBefore() + 1);
                }
                last = message.event();
                model.take(message);
            }
            received.clear();
        }

        void play(Ending ending) {
            for (int i = 0; i < STEPS; i++) {
                if (random.nextInt(3) == 0) {
                    int first = published + 1;
                    publish(1 + random.nextInt(2 * capacity + 2));
                    for (int n = first; n <= published; n++) {
                        model.offer(n);
                    }
                } else {
                    int worker = consumers.workers == 0 ? 0 : random.nextInt(consumers.workers);
                    int queue = consumers == Consumers.THREE_WORKERS_BY_KEY ? worker : 0;
                    boolean isTakenDue = model.next(queue) != null;
                    assertThat(isTaking(worker)).as("taken").isEqualTo(isTakenDue);
                    noteTaken();
                }
                if (!model.isDisconnected()) {
                    assertThat(subscription.stats().missedAtEnd())
                            .as("missed at the end, while running")
                            .isZero();
                }
            }
            end(ending);
            if (consumers == Consumers.INBOX) {
                endReading();
            } else {
                assertThat(stats().abandoned()).isEqualTo(model.waiting());
                assertThat(stats().queued()).isZero();
            }
            assertThat(model.told + stats().missedAtEnd())
                    .as("told before messages and at the end")
                    .isEqualTo(model.lost());
            assertCounts();
        }

        private SubscriptionStats stats() {
            return subscription.stats();
        }

        private void end(Ending ending) {
            switch (ending) {
                case UNSUBSCRIBE -> {
                    subscription.unsubscribe();
                    if (consumers != Consumers.INBOX && !model.isDisconnected()) {
                        assertThat(stats().missedAtEnd())
                                .as("while workers have not ended")
                                .isZero();
                    }
                    broker.runUntilIdle();
                }
                case CLOSE_AT_ONCE ->
                    assertThat(broker.close(Duration.ZERO).offered()).isEqualTo(published);
                case CLOSE_IN_TIME ->
                    assertThat(broker.close(Duration.ofMinutes(1)).offered()).isEqualTo(published);
                default -> throw new AssertionError(ending);
            }
            noteTaken();
            if (consumers != Consumers.INBOX && ending == Ending.CLOSE_IN_TIME) {
                assertThat(model.waiting()).as("left behind").isZero();
            }
        }

        /** What waits in an inbox can still be taken; what was lost after it is known before and after that. */
        private void endReading() {
            long missedAtEnd = model.lostAfterAllThatWaits();
            assertThat(stats().missedAtEnd()).as("before the rest is taken").isEqualTo(missedAtEnd);
            assertThat(stats().queued()).isEqualTo(model.waiting());
            while (model.waiting() > 0) {
                assertThat(isTaking(0)).isTrue();
                noteTaken();
                assertThat(stats().missedAtEnd()).as("while the rest is taken").isEqualTo(missedAtEnd);
            }
        }

        private void assertCounts() {
            SubscriptionStats stats = stats();
            assertThat(stats.droppedNewest()).isEqualTo(model.newest);
            assertThat(stats.droppedOldest()).isEqualTo(model.oldest);
            assertThat(stats.conflated()).isEqualTo(model.conflated);
            assertThat(stats.disconnected()).isEqualTo(model.disconnected);
            assertThat(stats.dropped()).isEqualTo(model.lost());
            assertThat(stats.delivered()).isEqualTo(model.taken);
            assertThat(stats.matched()).isEqualTo(model.lost() + model.taken + stats.abandoned());
        }
    }
}
