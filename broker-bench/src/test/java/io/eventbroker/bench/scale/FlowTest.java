package io.eventbroker.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlowTest {
    private static final Plan TINY = new Plan(1, 2, 20, 10);

    /** Hands over by a queue whose length it watches, and may tamper with what comes. */
    private static final class Watched implements Subject {
        private final Queue<Event> queue = new ConcurrentLinkedQueue<>();
        private final AtomicLong inFlight = new AtomicLong();
        private final AtomicLong most = new AtomicLong();
        private final Receipts receipts = new Receipts();
        private final int publishers;
        private final long changed;
        private final Thread receiver = new Thread(this::receive, "receiver");

        /**
         * A subject.
         *
         * @param changed the number of the message that is replaced by another; -1 for none
         */
        Watched(int publishers, long changed) {
            this.publishers = publishers;
            this.changed = changed;
            receiver.setDaemon(true);
            receiver.start();
        }

        private void receive() {
            while (!Thread.currentThread().isInterrupted()) {
                Event event = queue.poll();
                if (event == null) {
                    Thread.onSpinWait();
                } else {
                    inFlight.decrementAndGet();
                    receipts.receive(receipts.count() == changed ? new Event(-1) : event);
                }
            }
        }

        @Override
        public List<LongConsumer> ways() {
            LongConsumer way = number -> {
                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                queue.add(Event.at(number));
            };
            return Collections.nCopies(publishers, way);
        }

        @Override
        public long arrived() {
            return receipts.count();
        }

        @Override
        public boolean isExact(long count, long sum) {
            return receipts.count() == count && receipts.sum() == sum;
        }

        @Override
        public void close() {
            receiver.interrupt();
        }
    }

    @Test
    void neverHasMoreInFlightThanQueuesHold() throws InterruptedException {
        for (int publishers : List.of(1, 3)) {
            try (Watched subject = new Watched(publishers, -1)) {
                assertThat(Flow.nanosPerMessage(subject, TINY)).isPositive();
                assertThat(subject.arrived()).isPositive();
                assertThat(subject.most.get()).isBetween(1L, (long) Flow.IN_FLIGHT);
            }
        }
    }

    @Test
    void aRunInWhichSomethingElseCameHasNoFigure() {
        try (Watched subject = new Watched(1, 700)) {
            assertThatThrownBy(() -> Flow.nanosPerMessage(subject, TINY))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("messages that were published");
        }
    }

    @Test
    void theSumOfTheEndlessRowIsThatOfItsEvents() {
        long sum = 0;
        for (long i = 0; i < 40_000; i++) {
            assertThat(Event.sum(i)).isEqualTo(sum);
            sum += Event.at(i).value();
        }
    }
}
