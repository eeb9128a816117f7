package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * G9: plain fields carry what the broker orders. On x86 a missing barrier shows rarely and only where the compiler moves
 * a write; these tests would see that, and a wrong protocol anywhere.
 */
class G9_VisibleTest {
    /** Mutable on purpose, without a volatile field. */
    private static final class Parcel {
        int first;
        int[] content = {};
        Parcel earlier;
    }

    private static final Topic<Parcel> PARCELS = Topic.of("parcels", Parcel.class);
    private static final Topic<Parcel> FORWARDED = Topic.of("forwarded", Parcel.class);
    private static final int MANY = 20_000;

    private int plain;
    private int[] perWorker = {};

    @Test
    void whatAPublisherWroteIsSeenByHandlersAndReaders() throws Exception {
        AtomicInteger wrong = new AtomicInteger();
        try (Broker broker = Broker.open(BrokerConfig.defaults()
                .withRingSize(4)
                .withDefaultCapacity(MANY)
                .withCloseTimeout(PATIENCE))) {
            broker.subscribe(PARCELS, parcel -> check(parcel, wrong));
            broker.subscription(PARCELS).concurrency(3).onEvent(parcel -> check(parcel, wrong));
            Inbox<Parcel> inbox = broker.inbox(PARCELS);
            Task<Boolean> reader = Task.run("reader", () -> inbox.forEach(parcel -> check(parcel, wrong)));
            List<Task<Boolean>> publishers = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                publishers.add(Task.run("publisher", () -> {
                    Parcel earlier = new Parcel();
                    for (int i = 1; i <= MANY / 4; i++) {
                        Parcel parcel = new Parcel();
                        parcel.first = i;
                        parcel.content = new int[] {i, i};
                        parcel.earlier = earlier;
                        broker.publish(PARCELS, parcel);
                        earlier = parcel;
                    }
                }));
            }
            for (Task<Boolean> publisher : publishers) {
                publisher.get();
            }
            inbox.unsubscribe();
            reader.get();
        }
        assertThat(wrong).hasValue(0);
    }

    private static void check(Parcel parcel, AtomicInteger wrong) {
        int[] content = parcel.content;
        boolean right = parcel.first > 0
                && content.length == 2
                && content[0] == parcel.first
                && content[1] == parcel.first
                && parcel.earlier != null
                && parcel.earlier.first == parcel.first - 1;
        if (!right) {
            wrong.incrementAndGet();
        }
    }

    /** A worker that is parked between calls, or moves from carrier to carrier, must still see its own last call. */
    @Test
    void oneCallOfASerialHandlerSeesTheOneBefore() throws Exception {
        try (Broker broker = Broker.open(BrokerConfig.defaults().withDefaultCapacity(MANY))) {
            broker.subscribe(PARCELS, parcel -> plain = plain + 1);
            for (int i = 0; i < MANY; i++) {
                broker.publish(PARCELS, new Parcel());
                if (i % 1_000 == 0) {
                    Tests.awaitQuiet(broker);
                    assertThat(plain).isEqualTo(i + 1);
                }
            }
            Tests.awaitQuiet(broker);
            assertThat(plain).isEqualTo(MANY);
        }
    }

    @Test
    void whatHandlersWroteIsSeenAfterQuiescence() throws Exception {
        try (Broker broker = Broker.open()) {
            broker.subscribe(PARCELS, parcel -> {
                parcel.first = 7;
                broker.publish(FORWARDED, parcel);
            });
            broker.subscribe(FORWARDED, parcel -> parcel.content = new int[] {parcel.first});
            Tests.repeat(3_000, () -> {
                Parcel parcel = new Parcel();
                broker.publish(PARCELS, parcel);
                Tests.awaitQuiet(broker);
                assertThat(parcel.content).containsExactly(7);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whatHandlersWroteIsSeenAfterClose(int workers) throws Exception {
        Tests.repeat(150, () -> {
            Broker broker = Broker.open();
            perWorker = new int[64];
            broker.subscription(PARCELS).concurrency(workers).onEvent(parcel -> perWorker[parcel.first] = parcel.first);
            for (int i = 0; i < 64; i++) {
                Parcel parcel = new Parcel();
                parcel.first = i;
                broker.publish(PARCELS, parcel);
            }
            broker.close(PATIENCE);
            for (int i = 0; i < 64; i++) {
                assertThat(perWorker[i]).isEqualTo(i);
            }
        });
    }

    @Test
    void whatHandlersWroteIsSeenByEveryCloser() throws Exception {
        Tests.repeat(50, () -> {
            Broker broker = Broker.open();
            Parcel parcel = new Parcel();
            broker.subscribe(PARCELS, p -> p.first = 1);
            broker.publish(PARCELS, parcel);
            CyclicBarrier start = new CyclicBarrier(3);
            List<Task<Integer>> closers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                closers.add(Task.call("closer", () -> {
                    Tests.meet(start);
                    broker.close(PATIENCE);
                    return parcel.first;
                }));
            }
            for (Task<Integer> closer : closers) {
                assertThat(closer.get()).isEqualTo(1);
            }
        });
    }

    @Test
    void aThreadThatPublishesForAnotherPassesOnWhatItSaw() throws Exception {
        AtomicInteger wrong = new AtomicInteger();
        try (Broker broker =
                Broker.open(BrokerConfig.defaults().withDefaultCapacity(MANY).withCloseTimeout(PATIENCE))) {
            Inbox<Parcel> inbox = broker.inbox(PARCELS);
            broker.subscribe(FORWARDED, parcel -> check(parcel, wrong));
            Task<Boolean> middleman = Task.run("middleman", () -> {
                Parcel earlier = new Parcel();
                for (Parcel parcel : inbox) {
                    parcel.content = new int[] {parcel.first, parcel.first};
                    parcel.earlier = earlier;
                    broker.publish(FORWARDED, parcel);
                    earlier = parcel;
                }
            });
            for (int i = 1; i <= MANY; i++) {
                Parcel parcel = new Parcel();
                parcel.first = i;
                broker.publish(PARCELS, parcel);
            }
            inbox.unsubscribe();
            middleman.get();
        }
        assertThat(wrong).hasValue(0);
    }
}
