package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.HandlerFailed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users will write, and what it must do. */
class ProgramsTest {
    private static final BrokerConfig PATIENT = BrokerConfig.defaults().withCloseTimeout(PATIENCE);

    @Test
    void aGreetingArrivesBeforeTheEnd() {
        Topic<String> greetings = Topic.of("greetings", String.class);
        List<String> printed = new ArrayList<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.subscribe(greetings, printed::add);
            broker.publish(greetings, "Hello, world");
        }
        assertThat(printed).containsExactly("Hello, world");
    }

    private sealed interface Return {
        String id();
    }

    private record Created(String id, String customer, int units, long pence) implements Return {}

    private record Refunded(String id, long pence) implements Return {}

    private record Expected(String id) implements Return {}

    private record Planned(String id, int units) implements Return {}

    /** Four departments react to a return; none knows of another, and what they publish is audited. */
    @Test
    void returnsAreHandledByEveryDepartment() {
        Topic<Return> returns = Topic.of("returns", Return.class);
        TopicPattern<Created> created = returns.only(Created.class);
        List<Return> audit = new ArrayList<>();
        List<String> mails = new ArrayList<>();
        BrokerStats report;
        try (Broker broker = Broker.open()) {
            broker.subscription(created)
                    .named("billing")
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(r -> broker.publish(returns, new Refunded(r.id(), r.units() * r.pence())));
            broker.subscription(created)
                    .named("warehouse")
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(r -> broker.publish(returns, new Expected(r.id())));
            broker.subscription(created)
                    .named("inventory")
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(r -> broker.publish(returns, new Planned(r.id(), r.units())));
            broker.subscription(created)
                    .named("notifications")
                    .capacity(1_000)
                    .overflow(Overflow.DROP_OLDEST)
                    .onEvent(r -> mails.add("to " + r.customer() + ": we received " + r.id()));
            broker.subscription(returns).named("audit").onEvent(audit::add);

            broker.publish(returns, new Created("R1", "ann@example.org", 6, 255));
            broker.publish(returns, new Created("R2", "bob@example.org", 1, 1275));
            report = broker.close(PATIENCE);
        }
        assertThat(audit)
                .hasSize(8)
                .contains(
                        new Refunded("R1", 1530),
                        new Refunded("R2", 1275),
                        new Expected("R1"),
                        new Expected("R2"),
                        new Planned("R1", 6),
                        new Planned("R2", 1));
        assertThat(mails).containsExactly("to ann@example.org: we received R1", "to bob@example.org: we received R2");
        assertThat(report.subscriptions())
                .extracting(s ->
                        s.name() + ": handled " + s.handled() + ", failed " + s.failed() + ", dropped " + s.dropped())
                .containsExactly(
                        "billing: handled 2, failed 0, dropped 0",
                        "warehouse: handled 2, failed 0, dropped 0",
                        "inventory: handled 2, failed 0, dropped 0",
                        "notifications: handled 2, failed 0, dropped 0",
                        "audit: handled 8, failed 0, dropped 0");
        assertThat(report.accepted()).isEqualTo(8).isEqualTo(report.routed());
    }

    @Test
    void aThousandJobsByWorkersAndByReaders() throws Exception {
        record Job(int number) {}
        Topic<Job> jobs = Topic.of("jobs", Job.class);
        Set<Integer> pushed = new ConcurrentSkipListSet<>();
        Set<Integer> pulled = new ConcurrentSkipListSet<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.subscription(jobs)
                    .concurrency(8)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(job -> pushed.add(job.number()));
            Inbox<Job> inbox =
                    broker.subscription(jobs).overflow(Overflow.BACKPRESSURE).inbox();
            List<Task<Boolean>> readers = new ArrayList<>();
            for (int r = 0; r < 8; r++) {
                readers.add(Task.run("reader", () -> {
                    for (Job job : inbox) {
                        pulled.add(job.number());
                    }
                }));
            }
            for (int i = 0; i < 1_000; i++) {
                broker.publish(jobs, new Job(i));
            }
            inbox.unsubscribe();
            for (Task<Boolean> reader : readers) {
                reader.get();
            }
        }
        Set<Integer> all = IntStream.range(0, 1_000).boxed().collect(Collectors.toCollection(TreeSet::new));
        assertThat(pushed).isEqualTo(all);
        assertThat(pulled).isEqualTo(all);
    }

    /** The pizzeria closes its door right after the last order, and serves everybody who is inside. */
    @Test
    void allPizzasAreServedThoughTheBrokerCloses() {
        record Order(int table) {}
        record Pizza(int table) {}
        Topic<Order> orders = Topic.of("orders", Order.class);
        Topic<Pizza> pizzas = Topic.of("pizzas", Pizza.class);
        List<Integer> served = new ArrayList<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.subscription(orders)
                    .named("cooks")
                    .concurrency(3)
                    .capacity(100)
                    .onEvent(order -> {
                        Thread.yield();
                        broker.publish(pizzas, new Pizza(order.table()));
                    });
            broker.subscription(pizzas).named("waiter").capacity(100).onEvent(pizza -> served.add(pizza.table()));
            for (int table = 1; table <= 20; table++) {
                broker.publish(orders, new Order(table));
            }
        }
        assertThat(served)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 20).boxed().toList());
    }

    private record Quote(String shop, long pence) {}

    private static final Topic<Quote> QUOTES = Topic.of("quotes", Quote.class);

    private static Optional<Quote> best(Broker broker, Duration patience, Runnable ask) throws InterruptedException {
        List<Quote> offers = new ArrayList<>();
        long deadline = System.nanoTime() + patience.toNanos();
        try (Inbox<Quote> quotes = broker.inbox(QUOTES)) {
            ask.run();
            while (true) {
                Quote quote = quotes.poll(Duration.ofNanos(deadline - System.nanoTime()));
                if (quote == null) {
                    return offers.stream().min(Comparator.comparingLong(Quote::pence));
                }
                offers.add(quote);
            }
        }
    }

    @Test
    void theCheapestQuoteWithinThePatienceIsTaken() throws Exception {
        try (Broker broker = Broker.open()) {
            Optional<Quote> best = best(broker, Duration.ofMillis(500), () -> {
                broker.publish(QUOTES, new Quote("x", 3));
                broker.publish(QUOTES, new Quote("y", 2));
                broker.publish(QUOTES, new Quote("z", 4));
            });
            assertThat(best).contains(new Quote("y", 2));
            assertThat(best(broker, Duration.ofMillis(-5), () -> {})).isEmpty();
            assertThat(broker.stats().subscriptions()).isEmpty();
        }
    }

    private interface Store {
        Iterable<String> keys();

        void delete(String key) throws IOException;
    }

    private record Deleted(List<HandlerFailed> failures, long more) {}

    private static Deleted deleteAll(Store store) {
        Topic<String> keys = Topic.of("delete.keys", String.class);
        Inbox<HandlerFailed> errors;
        try (Broker broker = Broker.open(PATIENT)) {
            errors = broker.subscription(BrokerEvent.TOPIC.only(HandlerFailed.class))
                    .capacity(1_000)
                    .inbox();
            broker.subscription(keys)
                    .named("deleter")
                    .concurrency(100)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(store::delete);
            store.keys().forEach(key -> broker.publish(keys, key));
        }
        List<HandlerFailed> failures = new ArrayList<>();
        errors.drainTo(failures);
        return new Deleted(failures, errors.stats().dropped());
    }

    /** A hundred workers delete five thousand keys; what fails is read after the end, as far as there was room for it. */
    @ParameterizedTest
    @CsvSource({"7, 500, 0", "'', 1000, 4000"})
    void whatFailsOfABulkIsCollected(String failing, int collected, long more) {
        List<String> keys = IntStream.range(0, 5_000).mapToObj(i -> "k" + i).toList();
        AtomicInteger calls = new AtomicInteger();
        Deleted deleted = deleteAll(new Store() {
            @Override
            public Iterable<String> keys() {
                return keys;
            }

            @Override
            public void delete(String key) throws IOException {
                calls.incrementAndGet();
                if (key.endsWith(failing)) {
                    throw new IOException("no " + key);
                }
            }
        });
        assertThat(calls).hasValue(5_000);
        assertThat(deleted.failures()).hasSize(collected);
        assertThat(deleted.more()).isEqualTo(more);
        Set<Object> failed =
                deleted.failures().stream().map(HandlerFailed::event).collect(Collectors.toSet());
        assertThat(failed)
                .hasSize(collected)
                .isSubsetOf(keys)
                .allMatch(key -> key.toString().endsWith(failing));
        assertThat(deleted.failures())
                .allMatch(f -> f.subscription().equals("deleter")
                        && f.cause().getMessage().equals("no " + f.event()));
    }

    /** What the ledger cannot take is parked; what nobody takes is seen. */
    @Test
    void deadLettersReachThoseWhoLookAfterThem() {
        record Invoice(String id) {}
        Topic<Invoice> invoices = Topic.of("invoices", Invoice.class);
        Topic<Invoice> reminders = Topic.of("reminders", Invoice.class);
        List<String> lines = new CopyOnWriteArrayList<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.subscription(BrokerEvent.TOPIC.only(HandlerFailed.class))
                    .named("parking lot")
                    .capacity(10_000)
                    .onEvent(f -> lines.add(f.subscription() + " could not handle " + f.event() + ": "
                            + f.cause().getMessage()));
            broker.subscribe(
                    BrokerEvent.TOPIC.only(BrokerEvent.Unrouted.class), u -> lines.add("nobody wanted " + u.event()));
            broker.subscription(invoices).named("ledger").onEvent(i -> {
                throw new IOException("down");
            });
            broker.publish(invoices, new Invoice("1"));
            broker.publish(reminders, new Invoice("2"));
        }
        assertThat(lines)
                .containsExactlyInAnyOrder(
                        "ledger could not handle Invoice[id=1]: down", "nobody wanted Invoice[id=2]");
    }
}
