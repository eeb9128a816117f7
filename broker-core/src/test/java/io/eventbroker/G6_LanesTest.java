package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** G6: subscribe and unsubscribe take effect between call and return, seen from a thread that publishes through lanes. */
class G6_LanesTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final int STAGGER = 3_000;

    private final Random random = new Random(6);

    /** The backlog makes it hard: what came before still waits in two lanes and in the ring. */
    @Test
    void aSubscriptionSeesExactlyWhatItsThreadPublishesUntilItUnsubscribes() throws Exception {
        List<Integer> backlog = Collections.nCopies(200, -1);
        try (Broker broker = Broker.open()) {
            Lane<Integer> lane = broker.lane(NUMBERS);
            Lane<Integer> other = broker.lane(NUMBERS);
            Tests.repeat(1_000, () -> {
                assertThat(lane.publishAll(backlog)).isEqualTo(200);
                assertThat(other.publishAll(backlog)).isEqualTo(200);
                broker.publish(NUMBERS, -1);
                Inbox<Integer> inbox = broker.inbox(NUMBERS);
                lane.publish(1);
                assertThat(other.tryPublish(2)).isTrue();
                broker.publish(NUMBERS, 3);
                assertThat(lane.publishAll(List.of(4, 5))).isEqualTo(2);
                inbox.unsubscribe();
                lane.publish(6);
                assertThat(inbox).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
            });
        }
    }

    @Test
    void aPushSubscriptionSeesThemToo() throws Exception {
        try (Broker broker = Broker.open()) {
            Lane<Integer> lane = broker.lane(NUMBERS);
            Tests.repeat(500, () -> {
                AtomicInteger sum = new AtomicInteger();
                assertThat(lane.publishAll(Collections.nCopies(50, 100))).isEqualTo(50);
                Subscription push = broker.subscribe(NUMBERS, sum::addAndGet);
                lane.publish(1);
                assertThat(lane.publishAll(List.of(2, 4))).isEqualTo(2);
                Tests.awaitQuiet(broker);
                push.unsubscribe();
                lane.publish(8);
                assertThat(sum).hasValue(7);
                assertThat(push.stats().matched()).isEqualTo(3);
            });
        }
    }

    @Test
    void aSubscriptionMadeByAHandlerSeesWhatItsLanePublishesNext() throws Exception {
        Topic<Integer> more = Topic.of("more", Integer.class);
        AtomicReference<List<Integer>> seen = new AtomicReference<>(List.of());
        try (Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(PATIENCE))) {
            Lane<Integer> lane = broker.lane(more);
            broker.subscribe(NUMBERS, n -> {
                lane.publish(-n);
                Inbox<Integer> own = broker.inbox(more);
                lane.publish(n);
                own.unsubscribe();
                lane.publish(-n);
                List<Integer> sum = new ArrayList<>(seen.get());
                own.forEach(sum::add);
                seen.set(sum);
            });
            for (int i = 1; i <= 100; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
        }
        assertThat(seen.get()).hasSize(100).allMatch(n -> n > 0).isSorted();
    }

    private enum Seen {
        ALL,
        SOME,
        NONE
    }

    /**
     * Hazard: a lane's publisher issues no fence, so a subscribe or an unsubscribe might miss what came before it;
     * forbidden: a gap, an event published before a subscribe or missing before an unsubscribe.
     */
    @Test
    void whatAnotherThreadPublishesMeanwhileIsSeenFromSomePointToSomePoint() throws Exception {
        int count = 150;
        try (Broker broker = Broker.open()) {
            Tests.race("come and go against a lane", Seen.class, 500, () -> {
                CyclicBarrier start = new CyclicBarrier(2);
                AtomicInteger began = new AtomicInteger();
                AtomicInteger ended = new AtomicInteger();
                Task<Boolean> publisher = Task.run("publisher", () -> {
                    Lane<Integer> lane = broker.lane(NUMBERS);
                    Tests.meet(start);
                    for (int i = 0; i < count; i++) {
                        began.set(i + 1);
                        lane.publish(i);
                        ended.set(i + 1);
                        Tests.stagger(random(), 40);
                    }
                    lane.close();
                });
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                int endedBeforeSubscribe = ended.get();
                Inbox<Integer> inbox = broker.inbox(NUMBERS);
                int begunAfterSubscribe = began.get();
                Tests.stagger(random, random.nextBoolean() ? STAGGER : 40 * STAGGER);
                int endedBeforeUnsubscribe = ended.get();
                inbox.unsubscribe();
                int begunAfterUnsubscribe = began.get();
                publisher.get();

                List<Integer> seen = new ArrayList<>();
                inbox.forEach(seen::add);
                if (!seen.isEmpty()) {
                    int first = seen.get(0);
                    for (int i = 0; i < seen.size(); i++) {
                        assertThat(seen.get(i)).as("without gaps: %s", seen).isEqualTo(first + i);
                    }
                    assertThat(first).isBetween(endedBeforeSubscribe, begunAfterSubscribe);
                    assertThat(first + seen.size()).isBetween(endedBeforeUnsubscribe, begunAfterUnsubscribe);
                } else {
                    assertThat(endedBeforeUnsubscribe).isLessThanOrEqualTo(begunAfterSubscribe);
                }
                return seen.isEmpty() ? Seen.NONE : seen.size() == count ? Seen.ALL : Seen.SOME;
            });
        }
    }

    private static Random random() {
        return ThreadLocalRandom.current();
    }

    /** Hazard: the next command waits for what a lane is to publish first, although nothing was published through it. */
    @Test
    void aLaneOpenedAtTheSameMomentHoldsUpNoSubscribe() throws Exception {
        SteppedBroker broker = (SteppedBroker) Broker.manual();
        Task<Lane<Integer>> opener = Task.call("opener", () -> broker.lane(NUMBERS));
        Tests.awaitParked(opener.thread());
        Task<Inbox<Integer>> subscriber = Task.call("subscriber", () -> broker.inbox(NUMBERS));
        Tests.awaitParked(subscriber.thread());
        broker.runUntilIdle();
        assertThat(broker.stats().subscriptions())
                .as("what was asked for second")
                .hasSize(1);
        opener.get().publish(1);
        broker.runUntilIdle();
        assertThat(subscriber.get().poll()).isEqualTo(1);
    }
}
