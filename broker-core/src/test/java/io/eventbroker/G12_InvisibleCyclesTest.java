package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G12: a cycle through a pull loop cannot be seen; a close, an interrupt, a timeout or an unsubscribe ends it. */
class G12_InvisibleCyclesTest {
    private static final Topic<Integer> TO_HANDLER = Topic.of("handler", Integer.class);
    private static final Topic<Integer> TO_READER = Topic.of("reader", Integer.class);

    private final Broker broker = Broker.open();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private final Gate gate = new Gate(2);
    private Subscription push;
    private Inbox<Integer> inbox;
    private Task<Boolean> reader;
    private volatile Thread worker;

    /** Each has one in hand and too many waiting, and is about to wait for the other. */
    private void fill(Duration patience) throws Exception {
        push = broker.subscription(TO_HANDLER)
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .onEvent(n -> {
                    worker = Thread.currentThread();
                    gate.hold();
                    handled.incrementAndGet();
                    broker.publish(TO_READER, 0);
                });
        inbox = broker.subscription(TO_READER)
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        reader = Task.run("reader", () -> read(patience));
        broker.publish(TO_HANDLER, 1);
        broker.publish(TO_READER, 1);
        gate.awaitEntered();
        for (int i = 0; i < 2; i++) {
            broker.publish(TO_HANDLER, 1);
            broker.publish(TO_READER, 1);
        }
        Tests.awaitRouted(broker);
        assertThat(push.stats().queued() + inbox.stats().queued()).isEqualTo(4);
        gate.open();
    }

    /** Each waits for the other. */
    private void lock() throws Exception {
        fill(Duration.ofDays(1));
        Tests.awaitTrue("both wait", () -> handled.get() == 1 && read.get() == 1);
        Tests.awaitParked(reader.thread());
        Tests.awaitParked(worker);
        assertThat(push.stats().queued() + inbox.stats().queued()).isEqualTo(4);
    }

    /** Publishes for each of its first three, and reads on whatever comes of that. */
    private void read(Duration patience) {
        try {
            for (int event : inbox) {
                gate.hold();
                read.incrementAndGet();
                try {
                    if (event == 1 && !broker.tryPublish(TO_HANDLER, 0, patience)) {
                        failures.add(new IllegalStateException("timed out"));
                    }
                } catch (CancellationException e) {
                    assertThat(Thread.interrupted()).as("status kept").isTrue();
                    failures.add(e);
                }
            }
        } catch (BrokerClosedException e) {
            failures.add(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Each of the six has led to another event or to a failure, and the reader has read what there was. */
    private boolean isAllGone() {
        long done = push.stats().handled();
        return done + failures.size() == 6 && read.get() == 3 + done;
    }

    @AfterEach
    void close() throws Exception {
        broker.close(Duration.ZERO);
        reader.get();
        assertThat(failures).noneMatch(PublishCycleException.class::isInstance);
    }

    @Test
    void aCloseEndsIt() throws Exception {
        lock();
        BrokerStats report = broker.close(Duration.ofMillis(400));
        assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
        assertThat(reader.get()).isTrue();
        assertThat(failures).hasSize(1).first().isInstanceOf(BrokerClosedException.class);
        assertThat(push.stats().stuck()).isFalse();
        assertThat(push.stats().handled() + push.stats().failed() + push.stats().abandoned())
                .isEqualTo(push.stats().matched());
        assertThat(inbox.stats().queued() + read.get()).isEqualTo(inbox.stats().matched());
    }

    @Test
    void anInterruptOfTheReaderEndsIt() throws Exception {
        lock();
        reader.thread().interrupt();
        Tests.awaitTrue("all gone", this::isAllGone);
        assertThat(failures).hasSize(1).first().isInstanceOf(CancellationException.class);
        assertThat(push.stats().failed()).isZero();
        assertThat(push.stats().handled()).isEqualTo(3 + 2);
    }

    @Test
    void anUnsubscribeEndsIt() throws Exception {
        lock();
        inbox.unsubscribe();
        assertThat(reader.get()).isTrue();
        Tests.awaitQuiet(broker);
        assertThat(read.get()).isEqualTo(3);
        assertThat(push.stats().handled()).isEqualTo(6);
        assertThat(failures).isEmpty();
    }

    @Test
    void aTimeoutEndsIt() throws Exception {
        fill(Duration.ofMillis(20));
        Tests.awaitTrue("all gone", this::isAllGone);
        assertThat(failures).isNotEmpty().allMatch(e -> e.getMessage().equals("timed out"));
        assertThat(push.stats().failed()).isZero();
        assertThat(push.stats().handled()).isEqualTo(6 - failures.size());
        assertThat(inbox.stats().matched()).isEqualTo(3 + push.stats().handled());
        assertThat(broker.stats().refused()).isEqualTo(failures.size());
    }
}
