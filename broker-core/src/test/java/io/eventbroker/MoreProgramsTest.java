package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What users will write with more than publish and subscribe, and what it must do. */
class MoreProgramsTest {
    private static final BrokerConfig PATIENT = BrokerConfig.defaults().withCloseTimeout(PATIENCE);

    // ---- a pipeline

    private static <A, B> void stage(Broker broker, Topic<A> in, Topic<B> out, Function<A, B> work) {
        broker.subscription(in)
                .named(in.name())
                .capacity(2)
                .overflow(Overflow.BACKPRESSURE)
                .onEvent(a -> broker.publish(out, work.apply(a)));
    }

    /** A hundred cars come out in order, though no more than two wait anywhere, and the last stage is the slowest. */
    @Test
    void aPipelineBuildsEveryCarInOrder() {
        Topic<Integer> frames = Topic.of("car.frame", Integer.class);
        Topic<String> painted = Topic.of("car.painted", String.class);
        Topic<List<String>> fitted = Topic.of("car.fitted", listOfStrings());
        List<String> cars = new ArrayList<>();
        BrokerStats report;
        try (Broker broker = Broker.open(PATIENT)) {
            stage(broker, frames, painted, n -> "red " + n);
            stage(broker, painted, fitted, body -> List.of(body, "wheels"));
            broker.subscription(fitted)
                    .capacity(2)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(car -> {
                        Tests.stagger(new Random(), 5_000);
                        cars.add(String.join(" with ", car));
                    });
            for (int i = 0; i < 100; i++) {
                broker.publish(frames, i);
            }
            report = broker.close(PATIENCE);
        }
        assertThat(cars)
                .isEqualTo(IntStream.range(0, 100)
                        .mapToObj(n -> "red " + n + " with wheels")
                        .toList());
        assertThat(report.subscriptions()).allMatch(s -> s.handled() == 100 && s.dropped() == 0);
    }

    @SuppressWarnings("unchecked")
    private static Class<List<String>> listOfStrings() {
        return (Class<List<String>>) (Class<?>) List.class;
    }

    // ---- a kitchen

    private record Order(String id) {}

    private record Cancel(String id) {}

    private static List<String> kitchen(Inbox<Order> orders, Inbox<Cancel> cancels, Runnable whenIdle)
            throws InterruptedException {
        List<String> lines = new ArrayList<>();
        Select<Record> select = Select.of(orders, cancels);
        try {
            while (true) {
                Record next = select.poll(Duration.ofMillis(100));
                if (next instanceof Order order) {
                    lines.add("cook " + order.id());
                } else if (next instanceof Cancel cancel) {
                    lines.add("stop " + cancel.id());
                } else {
                    lines.add("idle");
                    whenIdle.run();
                }
            }
        } catch (SubscriptionClosedException e) {
            lines.add("closed");
            return lines;
        }
    }

    /** Orders and cancellations are each served once, idle time is noticed, and the end is that of both. */
    @Test
    void aKitchenServesOrdersAndCancellations() throws Exception {
        Topic<Order> orders = Topic.of("orders", Order.class);
        Topic<Cancel> cancels = Topic.of("cancels", Cancel.class);
        try (Broker broker = Broker.open();
                Inbox<Order> ordered = broker.inbox(orders);
                Inbox<Cancel> cancelled = broker.inbox(cancels)) {
            broker.publish(orders, new Order("1"));
            broker.publish(cancels, new Cancel("1"));
            List<String> lines = kitchen(ordered, cancelled, () -> {
                if (broker.stats().state() == State.OPEN) {
                    broker.publish(orders, new Order("2"));
                    broker.close(PATIENCE);
                }
            });
            assertThat(lines.stream().filter(line -> !line.equals("idle")))
                    .containsExactlyInAnyOrder("cook 1", "stop 1", "cook 2", "closed")
                    .endsWith("cook 2", "closed");
            assertThat(lines).contains("idle");
        }
    }

    // ---- accounts

    private record Payment(String account, int number, long pence) {}

    /** Eight workers, nothing lost, and the payments of one account in their order. */
    @Test
    void aLedgerAddsUpThePaymentsOfEachAccountInOrder() {
        Topic<Payment> payments = Topic.of("payments", Payment.class).keyedBy(Payment::account);
        Map<String, Long> balances = new ConcurrentHashMap<>();
        Map<String, List<Integer>> numbers = new ConcurrentHashMap<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.subscription(payments)
                    .named("ledger")
                    .concurrency(8)
                    .orderedByKey()
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(p -> {
                        balances.merge(p.account(), p.pence(), Long::sum);
                        numbers.computeIfAbsent(p.account(), a -> new ArrayList<>())
                                .add(p.number());
                    });
            for (int i = 0; i < 9_000; i++) {
                broker.publish(payments, new Payment("a" + i % 30, i, 1));
            }
        }
        assertThat(balances)
                .hasSize(30)
                .allSatisfy((account, pence) -> assertThat(pence).isEqualTo(300));
        assertThat(numbers.values())
                .allSatisfy(list -> assertThat(list).hasSize(300).isSorted());
    }

    // ---- prices

    private record Price(String symbol, int bid) {}

    private static void watch(
            Broker broker, Topic<Price> prices, Consumer<Price> screen, Consumer<Long> gaps, List<Price> feed) {
        broker.subscription(prices)
                .named("screen")
                .capacity(500)
                .overflow(Overflow.CONFLATE)
                .onEvent(screen::accept);
        broker.subscription(prices).named("gaps").onMessage(m -> {
            if (m.missedBefore() > 0) {
                gaps.accept(m.missedBefore());
            }
        });
        try (Lane<Price> lane = broker.lane(prices)) {
            for (Price price : feed) {
                lane.publish(price);
            }
        }
    }

    /** The screen, which is slow, shows the last price of each symbol; whoever has little room learns what it missed. */
    @Test
    void aScreenShowsTheLatestPriceOfEachSymbol() throws Exception {
        Topic<Price> prices = Topic.of("prices", Price.class).keyedBy(Price::symbol);
        List<Price> feed = IntStream.range(0, 2_000)
                .mapToObj(i -> new Price("S" + i % 5, i))
                .toList();
        Map<String, Integer> shown = new HashMap<>();
        List<Long> gaps = Collections.synchronizedList(new ArrayList<>());
        try (Broker broker = Broker.open(PATIENT.withDefaultCapacity(256));
                Gate screen = new Gate();
                Gate pause = new Gate()) {
            watch(
                    broker,
                    prices,
                    price -> {
                        hold(screen);
                        assertThat(shown.merge(price.symbol(), price.bid(), Math::max))
                                .as("no step back")
                                .isEqualTo(price.bid());
                    },
                    missed -> {
                        gaps.add(missed);
                        hold(pause);
                    },
                    feed);
            screen.awaitEntered();
            screen.open();
            pause.open();
            Tests.awaitQuiet(broker);
            broker.publish(prices, new Price("S0", 2_000));
            Tests.awaitQuiet(broker);

            Map<String, SubscriptionStats> stats = new HashMap<>();
            broker.stats().subscriptions().forEach(s -> stats.put(s.name(), s));
            assertThat(shown).isEqualTo(Map.of("S0", 2_000, "S1", 1_996, "S2", 1_997, "S3", 1_998, "S4", 1_999));
            assertThat(stats.get("screen").conflated()).isPositive();
            assertThat(stats.get("screen").failed()).isZero();
            assertThat(gaps.stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(2_001 - stats.get("gaps").handled());
        }
    }

    private static void hold(Gate gate) {
        try {
            gate.hold();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- a configuration

    private record Config(String json) {}

    @Test
    void aLateServiceGetsTheLastConfiguration() {
        Topic<Config> config = Topic.of("config", Config.class).retaining(1);
        List<Config> applied = new ArrayList<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.publish(config, new Config("{}"));
            broker.publish(config, new Config("{a: 1}"));
            broker.subscription(config).replayRetained().onEvent(applied::add);
            broker.publish(config, new Config("{a: 2}"));
        }
        assertThat(applied).containsExactly(new Config("{a: 1}"), new Config("{a: 2}"));
    }

    // ---- a request

    private record StockQuery(String sku, CompletableFuture<Integer> reply) {}

    @Test
    void anAnswerComesThroughAFutureInTheEvent() {
        Topic<StockQuery> stock = Topic.of("stock.query", StockQuery.class);
        try (Broker broker = Broker.open()) {
            broker.subscribe(stock, q -> q.reply().complete(q.sku().length()));
            StockQuery query = new StockQuery("85123A", new CompletableFuture<>());
            broker.publish(stock, query);
            assertThat(query.reply()
                            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .join())
                    .isEqualTo(6);
        }
    }

    // ---- a service

    /** Publishes what it has committed; what finds no room in time is left to be caught up with. */
    @Test
    void aServiceWaitsBrieflyForRoomAndClosesWithAReport() throws Exception {
        Topic<String> created = Topic.of("returns.created", String.class);
        List<String> handled = new CopyOnWriteArrayList<>();
        List<String> later = new ArrayList<>();
        Broker broker = Broker.open(PATIENT.withName("returns"));
        try (Gate gate = new Gate()) {
            broker.subscription(created)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(id -> {
                        gate.hold();
                        handled.add(id);
                    });
            broker.publish(created, "0");
            gate.awaitEntered();
            for (int i = 1; i < 10; i++) {
                if (broker.tryPublish(created, "" + i, Duration.ofMillis(20))) {
                    long published = i + 1 - later.size();
                    Tests.awaitTrue("routed", () -> broker.stats().routed() == published);
                } else {
                    later.add("" + i);
                }
            }
            gate.open();
            BrokerStats report = broker.close(PATIENCE);
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.subscriptions().get(0).handled()).isEqualTo(handled.size());
            assertThat(report.refused()).isEqualTo(later.size());
        }
        assertThat(handled).containsExactly("0", "1", "2");
        assertThat(later).containsExactly("3", "4", "5", "6", "7", "8", "9");
    }

    // ---- a component under test

    private record Shipping(Broker broker, Topic<String> ordered, Topic<String> shipped) {
        Shipping {
            broker.subscribe(ordered, id -> broker.publish(shipped, "parcel " + id));
        }
    }

    @Test
    void aComponentIsTestedWithoutThreads() {
        Topic<String> ordered = Topic.of("ordered", String.class);
        Topic<String> shipped = Topic.of("shipped", String.class);
        try (ManualBroker broker = Broker.manual()) {
            assertThat(new Shipping(broker, ordered, shipped)).isNotNull();
            Inbox<String> parcels = broker.inbox(shipped);
            broker.publish(ordered, "1");
            assertThat(parcels.poll()).as("nobody has stepped").isNull();
            broker.runUntilIdle();
            assertThat(parcels.poll()).isEqualTo("parcel 1");
        }
    }
}
