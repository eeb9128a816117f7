package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G2: a lane is first in, first out; between lanes and the shared ring there is one order, the same for all. */
class G2_LanesOrderedTest {
    private record Entry(int source, int number) {}

    private static final Topic<Entry> RED = Topic.of("red", Entry.class);
    private static final Topic<Entry> BLUE = Topic.of("blue", Entry.class);
    private static final int LANES = 3;
    private static final int EACH = 2_500;

    /** Publishes 0, 1, 2 … in all the ways there are, as many as the seed says at a time. */
    private static void publishAllWays(Lane<Entry> lane, int source, Random random) {
        for (int next = 0; next < EACH; ) {
            int way = random.nextInt(4);
            if (way == 0) {
                lane.publish(new Entry(source, next++));
            } else if (way == 1) {
                next += lane.tryPublish(new Entry(source, next)) ? 1 : 0;
            } else {
                int first = next;
                int count = Math.min(EACH - next, random.nextInt(way == 2 ? 4 : 40));
                List<Entry> batch = IntStream.range(first, first + count)
                        .mapToObj(n -> new Entry(source, n))
                        .toList();
                assertThat(lane.publishAll(batch)).isEqualTo(count);
                next += count;
            }
        }
    }

    /** Each thread has a lane, and publishes through the shared ring, too, which makes a source of its own. */
    @ParameterizedTest
    @ValueSource(ints = {2, 16, 65_536})
    void eachLaneIsInOrderAndAllSubscriptionsAgreeOnTheRest(int size) throws Exception {
        long seed = size;
        Broker broker = Broker.open(
                BrokerConfig.defaults().withLaneSize(size).withRingSize(size).withDefaultCapacity(1 << 17));
        List<List<Entry>> all = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<Entry>> reds = List.of(new ArrayList<>(), new ArrayList<>());
        all.forEach(list -> broker.subscribe(RED, list::add));
        reds.forEach(list -> broker.subscribe(RED, list::add));
        Inbox<Entry> blue = broker.inbox(BLUE);
        List<Task<Boolean>> publishers = new ArrayList<>();
        for (int p = 0; p < LANES; p++) {
            int source = p;
            publishers.add(Task.run("publisher", () -> {
                Random random = new Random(seed * 31 + source);
                Lane<Entry> red = broker.lane(RED);
                publishAllWays(red, source, random);
                for (int i = 0; i < EACH; i++) {
                    broker.publish(RED, new Entry(LANES + source, i));
                }
                Lane<Entry> other = broker.lane(BLUE);
                publishAllWays(other, source, random);
            }));
        }
        for (Task<Boolean> publisher : publishers) {
            publisher.get();
        }
        broker.close(PATIENCE);

        System.out.println("lanes in order: seed " + seed);
        assertThat(all.get(0)).hasSize(2 * LANES * EACH).isEqualTo(all.get(1));
        assertThat(reds).allSatisfy(list -> assertThat(list).isEqualTo(all.get(0)));
        List<Entry> blues = new ArrayList<>();
        blue.drainTo(blues);
        assertThat(blues).hasSize(LANES * EACH);
        for (int source = 0; source < 2 * LANES; source++) {
            assertThat(numbers(all.get(0), source)).isEqualTo(upTo(EACH));
            assertThat(numbers(blues, source)).isEqualTo(upTo(source < LANES ? EACH : 0));
        }
    }

    private static List<Integer> numbers(List<Entry> entries, int source) {
        return entries.stream()
                .filter(e -> e.source() == source)
                .map(Entry::number)
                .toList();
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Hazard: what waits in a closed lane is overtaken by the lane opened next; forbidden: any of it comes later. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLaneOpenedAfterAnotherWasClosedComesAfterIt(boolean closedByItsOwner) throws Exception {
        Topic<Integer> numbers = Topic.of("numbers", Integer.class);
        List<Integer> seen = new ArrayList<>();
        int perLane = 50;
        int rounds = closedByItsOwner ? 150 : 40;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(PATIENCE))) {
            broker.subscription(numbers).capacity(1 << 17).onEvent(seen::add);
            for (int round = 0; round < rounds; round++) {
                int first = round * perLane;
                Lane<Integer> lane = broker.lane(numbers);
                Tests.Body owner = () -> {
                    List<Integer> batch =
                            IntStream.range(first, first + perLane).boxed().toList();
                    assertThat(lane.publishAll(batch)).isEqualTo(perLane);
                    if (closedByItsOwner) {
                        lane.close();
                    }
                };
                if (closedByItsOwner) {
                    owner.run();
                } else {
                    Task.run("owner", owner).get();
                    lane.close();
                }
            }
        }
        assertThat(seen).isEqualTo(upTo(rounds * perLane));
    }

    /** The price of the fast path, as told in the Javadoc, is not paid where the order is that of one lane's events. */
    @Test
    void whatOneLaneCausesComesAfterItsCauseInThatLane() throws Exception {
        Topic<String> story = Topic.of("story", String.class);
        int causes = 1_000;
        List<String> account = new ArrayList<>();
        try (Broker broker = Broker.open(BrokerConfig.defaults()
                .withLaneSize(8)
                .withDefaultCapacity(4 * causes)
                .withCloseTimeout(PATIENCE))) {
            broker.subscribe(story, account::add);
            Lane<String> effects = broker.lane(story);
            broker.subscribe(story, event -> {
                if (event.startsWith("cause")) {
                    effects.publish(event.replace("cause", "effect"));
                }
            });
            Lane<String> own = broker.lane(story);
            for (int i = 0; i < causes; i++) {
                own.publish("cause " + i);
            }
        }
        assertThat(account).hasSize(2 * causes);
        assertThat(account.stream().filter(s -> s.startsWith("effect")))
                .containsExactlyElementsOf(
                        IntStream.range(0, causes).mapToObj(i -> "effect " + i).toList());
        for (int i = 0; i < causes; i += 97) {
            assertThat(account.indexOf("effect " + i)).isGreaterThan(account.indexOf("cause " + i));
        }
    }
}
