package io.eventbroker.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That a contender which is not exact is found out. */
@Timeout(60)
class MeasurementTest {
    private static final Plan TINY = new Plan(0, 0, 2, 5);

    /** How long a test waits for what it took away. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** With windows in which all is made that is made once. */
    private static final Plan WARM = new Plan(3, 3, 2, 10);

    @Test
    void aLossTakesTheRateAwayAndDoesNotHoldThePublisherUp() throws Exception {
        Run run = measure((tally, event) -> {
            if (event.index() != 7) {
                tally.receive(event);
            }
        });

        assertThat(run.lost()).isPositive();
        assertThat(run.reordered()).isZero();
        assertThat(run.hasRate()).isFalse();
    }

    @Test
    void twoEventsInTheWrongOrderTakeTheRateAway() throws Exception {
        Event[] held = new Event[1];
        AtomicLong swaps = new AtomicLong();
        Run run = measure((tally, event) -> {
            if (event.index() == 7) {
                held[0] = event;
                return;
            }
            tally.receive(event);
            if (event.index() == 8) {
                tally.receive(held[0]);
                swaps.incrementAndGet();
            }
        });

        assertThat(run.lost()).isZero();
        assertThat(run.reordered()).isEqualTo(swaps.get()).isPositive();
        assertThat(run.hasRate()).isFalse();
    }

    @Test
    void anEventDeliveredTwiceTakesTheRateAway() throws Exception {
        Run run = measure((tally, event) -> {
            tally.receive(event);
            if (event.index() == 7) {
                tally.receive(event);
            }
        });

        assertThat(run.reordered()).isPositive();
        assertThat(run.hasRate()).isFalse();
    }

    @Test
    void anotherValueTakesTheRateAway() throws Exception {
        Run run = measure((tally, event) ->
                tally.receive(new Event(event.stream(), event.topic(), event.index(), event.value() + 1)));

        assertThat(run.changed()).isOne();
        assertThat(run.lost() + run.reordered()).isZero();
        assertThat(run.hasRate()).isFalse();
    }

    @Test
    void theThrowableOfAPublisherIsTheCause() {
        Error error = new Error("no");

        assertThatThrownBy(() -> measure((tally, event) -> {
                    throw error;
                }))
                .hasCause(error);
    }

    @Test
    void whatTheContenderAllocatesIsCounted() throws Exception {
        byte[][] kept = new byte[1][];
        Run run = measure(
                (tally, event) -> {
                    tally.receive(event);
                    kept[0] = new byte[100];
                },
                WARM);

        assertThat(run.bytesPerMessage()).isBetween(100.0, 200.0);
        assertThat(kept[0]).hasSize(100);
    }

    @Test
    void aContenderThatAllocatesNothingHasNextToNothing() throws Exception {
        Run run = measure(Tally::receive, WARM);

        assertThat(run.bytesPerMessage()).isLessThan(10);
    }

    private static Run measure(BiConsumer<Tally, Event> delivery) throws Exception {
        return measure(delivery, TINY);
    }

    private static Run measure(BiConsumer<Tally, Event> delivery, Plan plan) throws Exception {
        return Measurement.run(new Direct(delivery), Scenario.ONE_TO_ONE, plan, PATIENCE);
    }

    private static final class Direct implements Contender {
        private final BiConsumer<Tally, Event> delivery;
        private List<Tally> subscribers = List.of();

        private Direct(BiConsumer<Tally, Event> delivery) {
            this.delivery = delivery;
        }

        @Override
        public void open(Scenario scenario, List<Tally> tallies) {
            subscribers = tallies;
        }

        @Override
        public Consumer<Event> publisher() {
            return event -> {
                for (int i = 0; i < subscribers.size(); i++) { // without an iterator, which would be counted
                    delivery.accept(subscribers.get(i), event);
                }
            };
        }

        @Override
        public Map<String, Object> settings() {
            return Map.of();
        }

        @Override
        public void close() {}
    }
}
