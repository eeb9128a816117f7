package io.eventbroker;

import static io.eventbroker.Overflow.BACKPRESSURE;
import static io.eventbroker.Overflow.CONFLATE;
import static io.eventbroker.Overflow.DISCONNECT;
import static io.eventbroker.Overflow.DROP_OLDEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Unrouted;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** The examples of the documentation, as they stand there: they compile, and do what the text says. */
class ReadmeExamplesTest {
    static final Topic<String> GREETINGS = Topic.of("greetings", String.class);

    sealed interface ReturnEvent {}

    record ReturnCreated(String id, String customer, String sku, int units, BigDecimal price) implements ReturnEvent {}

    record RefundIssued(String id, BigDecimal amount) implements ReturnEvent {}

    static final Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class);
    static final TopicPattern<ReturnCreated> CREATED = RETURNS.only(ReturnCreated.class);

    /** Stands in for the reader's mail system. */
    private static final class Mailer {
        final List<String> sent = new ArrayList<>();

        void send(ReturnCreated created) {
            sent.add(created.customer());
        }
    }

    private static BigDecimal amountOf(ReturnCreated created) {
        return created.price().multiply(BigDecimal.valueOf(created.units()));
    }

    @Test
    void helloWorld() {
        try (Broker broker = Broker.open()) {
            broker.subscribe(GREETINGS, System.out::println);
            broker.publish(GREETINGS, "Hello, world");
        } // close lets handlers finish what was published
    }

    @Test
    void returns() throws InterruptedException {
        Mailer mailer = new Mailer();
        List<RefundIssued> refunds = new ArrayList<>();
        try (Broker broker = Broker.open()) {
            broker.subscribe(RETURNS.only(RefundIssued.class), refunds::add);

            broker.subscription(CREATED)
                    .named("billing")
                    .overflow(BACKPRESSURE) // money: never dropped
                    .onEvent(r -> broker.publish(RETURNS, new RefundIssued(r.id(), amountOf(r))));
            broker.subscription(CREATED)
                    .named("notifications")
                    .capacity(1_000)
                    .overflow(DROP_OLDEST)
                    .onEvent(mailer::send);
            Inbox<ReturnCreated> warehouse = broker.inbox(CREATED); // pull: a bounded channel

            ReturnCreated created = new ReturnCreated("R1", "ann@example.org", "85123A", 6, new BigDecimal("2.55"));
            broker.publish(RETURNS, created);

            assertThat(warehouse.take()).isEqualTo(created);
        }
        assertThat(mailer.sent).containsExactly("ann@example.org");
        assertThat(refunds).containsExactly(new RefundIssued("R1", new BigDecimal("15.30")));
    }

    /** {@link Inbox}: a loop that ends with its inbox. */
    @Test
    void forEach() throws Exception {
        record Job(int number) {}
        Topic<Job> topic = Topic.of("jobs", Job.class);
        List<Job> worked = new ArrayList<>();
        try (Broker broker = Broker.open()) {
            try (Inbox<Job> jobs = broker.inbox(topic)) {
                broker.publish(topic, new Job(1));
                broker.publish(topic, new Job(2));
                jobs.unsubscribe();
                for (Job job : jobs) {
                    worked.add(job); // until the inbox ends
                }
            }
        }
        assertThat(worked).containsExactly(new Job(1), new Job(2));
    }

    /** {@link SubscriptionBuilder}. */
    @Test
    void builder() {
        Mailer mailer = new Mailer();
        try (Broker broker = Broker.open()) {
            broker.subscription(CREATED).named("notifications").capacity(1_000).onEvent(mailer::send);
            BrokerStats report = broker.close(Duration.ofSeconds(10));
            assertThat(report.subscriptions().get(0).name()).isEqualTo("notifications");
        }
    }

    /** {@link BrokerEvent}. */
    @Test
    void deadLetters() {
        List<Object> stored = Collections.synchronizedList(new ArrayList<>());
        List<Object> unwanted = Collections.synchronizedList(new ArrayList<>());
        IOException down = new IOException("down");
        try (Broker broker = Broker.open()) {
            broker.subscription(BrokerEvent.TOPIC.only(HandlerFailed.class))
                    .named("parking lot")
                    .capacity(10_000)
                    .onEvent(f -> stored.addAll(List.of(f.subscription(), f.event(), f.cause())));
            broker.subscribe(BrokerEvent.TOPIC.only(Unrouted.class), u -> unwanted.add(u.event()));

            broker.subscription(GREETINGS).named("greeter").onEvent(greeting -> {
                throw down;
            });
            broker.publish(GREETINGS, "Hello");
            broker.publish(SHIPPED, new Shipped("1"));
        }
        assertThat(stored).containsExactly("greeter", "Hello", down);
        assertThat(unwanted).containsExactly(new Shipped("1"));
    }

    record Price(String symbol, int cents) {}

    static final Topic<Price> PRICES = Topic.of("prices", Price.class);

    /** {@link Lane}. */
    @Test
    void lane() {
        List<Price> seen = new ArrayList<>();
        Iterator<Price> feed = List.of(new Price("A", 1), new Price("B", 2)).iterator();
        try (Broker broker = Broker.open()) {
            broker.subscribe(PRICES, seen::add);
            try (Lane<Price> lane = broker.lane(PRICES)) {
                while (feed.hasNext()) {
                    lane.publish(feed.next());
                }
            }
        }
        assertThat(seen).containsExactly(new Price("A", 1), new Price("B", 2));
    }

    record Ordered(String id) {}

    record Shipped(String id) {}

    static final Topic<Ordered> ORDERED = Topic.of("ordered", Ordered.class);
    static final Topic<Shipped> SHIPPED = Topic.of("shipped", Shipped.class);

    static final class Shipping {
        Shipping(Broker broker) {
            broker.subscribe(ORDERED, o -> broker.publish(SHIPPED, new Shipped(o.id())));
        }
    }

    /** {@link ManualBroker}. */
    @Test
    void stepping() {
        try (ManualBroker broker = Broker.manual()) {
            assertThat(new Shipping(broker)).isNotNull(); // subscribes to ORDERED, publishes SHIPPED
            Inbox<Shipped> shipped = broker.inbox(SHIPPED);
            broker.publish(ORDERED, new Ordered("1"));
            broker.runUntilIdle();
            assertThat(shipped.poll()).isEqualTo(new Shipped("1"));
        }
    }

    // ---- when a subscription is full

    /** {@link Broker#tryPublish} and {@link Overflow#BACKPRESSURE}. */
    @Test
    void backpressure() {
        try (ManualBroker broker = Broker.manual()) {
            Inbox<ReturnCreated> billing = broker.subscription(CREATED)
                    .named("billing")
                    .capacity(1)
                    .overflow(BACKPRESSURE)
                    .inbox();
            ReturnCreated created = new ReturnCreated("R1", "ann@example.org", "85123A", 6, BigDecimal.ONE);
            broker.publish(RETURNS, created);
            broker.publish(RETURNS, created);
            broker.runUntilIdle();

            assertThat(broker.tryPublish(RETURNS, created, Duration.ofMillis(50)))
                    .isFalse();
            assertThat(broker.tryPublish(RETURNS, new RefundIssued("R1", BigDecimal.ONE)))
                    .as("not for billing")
                    .isTrue();
            assertThat(billing.poll()).isEqualTo(created);
            assertThat(broker.tryPublish(RETURNS, created)).isTrue();
        }
    }

    private static final class Screen {
        final List<Price> shown = new ArrayList<>();

        void show(Price price) {
            shown.add(price);
        }
    }

    static final Topic<Price> KEYED_PRICES = Topic.of("prices", Price.class).keyedBy(Price::symbol);

    /** {@link Overflow#CONFLATE}, {@link Overflow#DROP_OLDEST} and {@link Overflow#DISCONNECT}. */
    @Test
    void losses() {
        Screen conflated = new Screen();
        Screen latest = new Screen();
        try (SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps())) {
            broker.subscription(KEYED_PRICES)
                    .named("screen")
                    .capacity(500)
                    .overflow(CONFLATE)
                    .onEvent(conflated::show);
            broker.subscription(KEYED_PRICES).capacity(2).overflow(DROP_OLDEST).onEvent(latest::show);
            Inbox<Message<Price>> replica = broker.subscription(KEYED_PRICES)
                    .capacity(1)
                    .overflow(DISCONNECT)
                    .messageInbox();
            for (Price price : List.of(new Price("A", 1), new Price("B", 1), new Price("A", 2), new Price("A", 3))) {
                broker.publish(KEYED_PRICES, price);
            }
            while (broker.stepLoop()) {} // before any handler has its turn
            broker.runUntilIdle();

            assertThat(conflated.shown).containsExactly(new Price("A", 3), new Price("B", 1));
            assertThat(latest.shown).containsExactly(new Price("A", 2), new Price("A", 3));
            assertThat(replica.stats().disconnected()).isEqualTo(1);
        }
    }

    /** {@link Message}. */
    @Test
    void gaps() {
        List<Object> chart = new ArrayList<>();
        try (SteppedBroker broker =
                new SteppedBroker(BrokerConfig.defaults().withDefaultCapacity(1), new LoopSteps())) {
            broker.subscription(PRICES).named("chart").onMessage(m -> {
                if (m.missedBefore() > 0) {
                    chart.add(m.missedBefore());
                }
                chart.add(m.event());
            });
            for (int i = 1; i <= 3; i++) {
                broker.publish(PRICES, new Price("A", i));
            }
            while (broker.stepLoop()) {}
            broker.runUntilIdle();
            broker.publish(PRICES, new Price("A", 4));
            broker.runUntilIdle();
            assertThat(chart).containsExactly(new Price("A", 1), 2L, new Price("A", 4));
        }
    }

    // ---- more

    /** {@link TopicPattern}. */
    @Test
    void patterns() {
        record OrderEvent(int number) {}
        TopicPattern<OrderEvent> euOrders = TopicPattern.of("orders.eu.>", OrderEvent.class);
        try (ManualBroker broker = Broker.manual()) {
            Inbox<OrderEvent> inbox = broker.inbox(euOrders);
            broker.publish(Topic.of("orders.eu.new", OrderEvent.class), new OrderEvent(1));
            broker.publish(Topic.of("orders.us.new", OrderEvent.class), new OrderEvent(2));
            broker.publish(Topic.of("orders.eu.note", String.class), "no order");
            broker.runUntilIdle();
            assertThat(inbox.poll()).isEqualTo(new OrderEvent(1));
            assertThat(inbox.poll()).isNull();
        }
    }

    /** {@link SubscriptionBuilder#orderedByKey()}. */
    @Test
    void orderedByKey() {
        record Payment(String account, long pence) {}
        Topic<Payment> payments = Topic.of("payments", Payment.class).keyedBy(Payment::account);
        Map<String, Long> balances = new ConcurrentHashMap<>();
        try (Broker broker = Broker.open()) {
            broker.subscription(payments)
                    .named("ledger")
                    .concurrency(8)
                    .orderedByKey()
                    .overflow(BACKPRESSURE)
                    .onEvent(p -> balances.merge(p.account(), p.pence(), Long::sum));
            for (int i = 0; i < 100; i++) {
                broker.publish(payments, new Payment("a" + i % 2, i));
            }
        }
        assertThat(balances).isEqualTo(Map.of("a0", 2_450L, "a1", 2_500L));
    }

    /** {@link Topic#retaining} and {@link SubscriptionBuilder#replayRetained()}. */
    @Test
    void retained() {
        Topic<String> config = Topic.of("config", String.class).retaining(1);
        List<String> configured = new ArrayList<>();
        try (Broker broker = Broker.open()) {
            broker.publish(config, "{}");
            broker.subscription(config).replayRetained().onEvent(configured::add);
        }
        assertThat(configured).containsExactly("{}");
    }

    /** {@link Select}. */
    @Test
    void select() throws Exception {
        try (ManualBroker broker = Broker.manual()) {
            Select<Record> select = Select.of(broker.inbox(ORDERED), broker.inbox(SHIPPED));
            broker.publish(SHIPPED, new Shipped("1"));
            assertThat(select.poll(Duration.ofMillis(100))).isEqualTo(new Shipped("1"));
            assertThat(select.poll(Duration.ofMillis(100)))
                    .as("nothing came in time")
                    .isNull();
        }
    }
}
