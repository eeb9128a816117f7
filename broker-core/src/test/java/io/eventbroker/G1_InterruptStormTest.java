package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every thread there is, the broker's included, is interrupted at random while all of them work on small rings.
 *
 * <p>Hazard: an interrupt ends a wait, skips an event, takes a signal with it, or kills a thread. Forbidden: that an
 * event which was accepted is not received exactly once by each subscription and in its publisher's order, that one
 * which was refused is received, or that somebody waits for ever.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields, so that two processors are enough
class G1_InterruptStormTest {
    private static final Topic<Event> TOPIC = Topic.of("storm", Event.class);
    private static final int INTERRUPTS = 10_000;

    /** How many events a publisher may publish for each interrupt. */
    private static final int PACE = 3;

    private static final int PUBLISHERS = 4;
    private static final int CAPACITY = 1 << 18;

    record Event(int publisher, int number) {}

    private final long seed = new Random().nextLong();
    private final List<Thread> victims = new CopyOnWriteArrayList<>();
    private final AtomicLong given = new AtomicLong();
    private final AtomicInteger guestEvents = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final List<Task<List<Event>>> publishers = new ArrayList<>();
    private final List<Task<Boolean>> others = new ArrayList<>();
    private volatile boolean over;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLostDoubledOrReordered(boolean platform) throws Exception {
        System.out.println("storm, seed " + seed);
        ConcurrentLinkedQueue<Event> handled = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Event> second = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Event> pooled = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Event> read = new ConcurrentLinkedQueue<>();
        BrokerConfig config = BrokerConfig.defaults()
                .withName("storm")
                .withRingSize(4)
                .withLaneSize(4)
                .withDefaultCapacity(CAPACITY);
        try (Broker broker = Broker.open(platform ? config.withThreadFactory(Tests.platformThreads()) : config)) {
            victims.add(G10_WaitModeTest.threadNamed("storm"));
            broker.subscribe(TOPIC, recording(handled));
            broker.subscribe(TOPIC, recording(second));
            broker.subscription(TOPIC).concurrency(3).onEvent(recording(pooled));
            Inbox<Event> inbox = broker.inbox(TOPIC);
            for (int p = 0; p < PUBLISHERS; p++) {
                publisher(broker, p);
            }
            for (int style = 0; style < 4; style++) {
                reader(inbox, style, read);
            }
            run("comer and goer", () -> comeAndGo(broker));
            interruptAll();
            List<Event> accepted = new ArrayList<>();
            for (Task<List<Event>> publisher : publishers) {
                accepted.addAll(publisher.get());
            }
            Tests.awaitQuiet(broker);
            inbox.unsubscribe();
            for (Task<Boolean> other : others) {
                other.get();
            }
            verify(accepted, handled, true);
            verify(accepted, second, true);
            verify(accepted, pooled, false);
            verify(accepted, read, false);
            assertThat(List.copyOf(second)).as("the same order for all").isEqualTo(List.copyOf(handled));
            assertThat(broker.stats().accepted()).isEqualTo(accepted.size() + guestEvents.get());
            System.out.println("storm: " + accepted.size() + " events, " + cancelled + " refused by an interrupt");
        }
    }

    private void verify(List<Event> accepted, Iterable<Event> received, boolean ordered) {
        Map<Integer, List<Integer>> expected = byPublisher(accepted);
        Map<Integer, List<Integer>> actual = byPublisher(received);
        if (!ordered) {
            actual.values().forEach(numbers -> numbers.sort(null));
        }
        for (int p = 0; p < PUBLISHERS; p++) {
            int[] in = numbers(expected, p);
            int[] out = numbers(actual, p);
            int at = Arrays.mismatch(in, out);
            assertThat(at)
                    .as(
                            "seed %d: publisher %d, %d accepted, %d received; the first that differs",
                            seed, p, in.length, out.length)
                    .isEqualTo(-1);
        }
    }

    private static int[] numbers(Map<Integer, List<Integer>> numbers, int publisher) {
        return numbers.getOrDefault(publisher, List.of()).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static Map<Integer, List<Integer>> byPublisher(Iterable<Event> events) {
        Map<Integer, List<Integer>> numbers = new HashMap<>();
        events.forEach(event -> numbers.computeIfAbsent(event.publisher(), p -> new ArrayList<>())
                .add(event.number()));
        return numbers;
    }

    /** Interrupts a victim at random; the pace of the publishers is that of the interrupts. */
    private void interruptAll() {
        Random random = new Random(seed);
        for (int i = 0; i < INTERRUPTS; i++) {
            victims.get(random.nextInt(victims.size())).interrupt();
            given.lazySet((long) PACE * (i + 1));
            Tests.stagger(random, 600);
        }
        over = true;
    }

    private void run(String name, Tests.Body body) {
        Task<Boolean> task = Task.run(name, body);
        victims.add(task.thread());
        others.add(task);
    }

    private Handler<Event> recording(ConcurrentLinkedQueue<Event> received) {
        Set<Thread> known = ConcurrentHashMap.newKeySet();
        return event -> {
            received.add(event);
            if (known.add(Thread.currentThread())) {
                victims.add(Thread.currentThread());
            }
            if (event.number() % 512 == 1) {
                throw new G1_InterruptsTest.OnPurpose();
            }
        };
    }

    // ---- publishers: by broker, with and without a timeout; by lane, one by one and many at a time

    private void publisher(Broker broker, int id) {
        Random random = new Random(seed + id);
        Task<List<Event>> task = Task.call("publisher " + id, () -> {
            List<Event> accepted = new ArrayList<>();
            Lane<Event> lane = id < 2 ? null : broker.lane(TOPIC);
            for (int n = 0; !over; ) {
                int most = (int) Math.min(8, given.get() - n);
                if (most <= 0) {
                    Thread.yield();
                    continue;
                }
                List<Event> events = IntStream.range(n, n + (id == 3 ? most : 1))
                        .mapToObj(number -> new Event(id, number))
                        .toList();
                n += events.size();
                try {
                    accepted.addAll(events.subList(0, publish(broker, lane, events, random)));
                } catch (CancellationException e) {
                    cancelled.incrementAndGet();
                    assertThat(Thread.currentThread().isInterrupted())
                            .as("status")
                            .isTrue();
                }
                Thread.interrupted();
            }
            return accepted;
        });
        victims.add(task.thread());
        publishers.add(task);
    }

    /** Returns how many were accepted. */
    private static int publish(Broker broker, Lane<Event> lane, List<Event> events, Random random) {
        Event first = events.get(0);
        if (first.publisher() == 0) {
            broker.publish(TOPIC, first);
        } else if (first.publisher() == 1) {
            boolean timed = random.nextBoolean();
            return (timed
                            ? broker.tryPublish(TOPIC, first, Duration.ofNanos(random.nextInt(200_000)))
                            : broker.tryPublish(TOPIC, first))
                    ? 1
                    : 0;
        } else if (first.publisher() == 2) {
            lane.publish(first);
        } else {
            return lane.publishAll(events);
        }
        return 1;
    }

    // ---- readers of one inbox: take, poll, for-each, drainTo

    private void reader(Inbox<Event> inbox, int style, ConcurrentLinkedQueue<Event> read) {
        run("reader " + style, () -> {
            try {
                while (true) {
                    readOn(inbox, style, read);
                    Thread.interrupted();
                }
            } catch (SubscriptionClosedException e) {
                return;
            }
        });
    }

    private static void readOn(Inbox<Event> inbox, int style, ConcurrentLinkedQueue<Event> read) {
        try {
            if (style == 0) {
                read.add(inbox.take());
            } else if (style == 1) {
                addIfAny(read, inbox.poll(Duration.ofHours(1)));
            } else if (style == 2) {
                for (Event event : inbox) {
                    read.add(event);
                }
                throw new SubscriptionClosedException("the end of the loop", null);
            } else {
                inbox.drainTo(read);
                addIfAny(read, inbox.poll(Duration.ofNanos(50_000)));
            }
        } catch (InterruptedException e) {
            return;
        } catch (CancellationException e) {
            assertThat(Thread.currentThread().isInterrupted()).as("status").isTrue();
        }
    }

    private static void addIfAny(ConcurrentLinkedQueue<Event> read, Event event) {
        if (event != null) {
            read.add(event);
        }
    }

    /** Subscribes and unsubscribes, opens lanes and closes them: no interrupt may end one of these calls. */
    private void comeAndGo(Broker broker) {
        Topic<Integer> own = Topic.of("own", Integer.class);
        while (!over) {
            AtomicInteger seen = new AtomicInteger();
            Inbox<Integer> guest = broker.inbox(own);
            try (Lane<Integer> lane = broker.lane(own)) {
                seen.addAndGet(lane.tryPublish(1) ? 1 : 0);
                guestEvents.addAndGet(seen.get());
            }
            guest.unsubscribe();
            assertThat(guest.drainTo(new ArrayList<>())).isEqualTo(seen.get());
            broker.subscribe(own, n -> {}).unsubscribe();
            Thread.interrupted();
        }
    }
}
