package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.Broker;
import io.eventbroker.Subscription;
import io.eventbroker.examples.gallery.FanOutFanIn.Order;
import io.eventbroker.examples.gallery.FanOutFanIn.Ticket;
import io.eventbroker.examples.gallery.LatestValue.Price;
import io.eventbroker.examples.gallery.PerKeyOrder.Payment;
import io.eventbroker.examples.gallery.Pipeline.Car;
import io.eventbroker.examples.gallery.Pipeline.Chassis;
import io.eventbroker.examples.gallery.PublishSubscribe.RefundIssued;
import io.eventbroker.examples.gallery.PublishSubscribe.ReturnCreated;
import io.eventbroker.examples.gallery.PublishSubscribe.ReturnEvent;
import io.eventbroker.examples.gallery.WorkerPool.Job;
import io.eventbroker.examples.gallery.WorkerPool.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The examples in which messages flow: nothing is lost or doubled, orders are kept, limits too. */
class MessagesTest {
    @Test
    void publishSubscribeRefundsEachReturnOnceAndAfterwards() throws Exception {
        int publishers = 4;
        int each = 500;
        List<ReturnEvent> audit = new ArrayList<>();
        try (Broker broker = Broker.open()) {
            PublishSubscribe.connect(broker, audit::add);
            together(publishers, index -> {
                for (int i = 0; i < each; i++) {
                    broker.publish(PublishSubscribe.RETURNS, new ReturnCreated(index + "." + i, 2, i));
                }
            });
        }
        Set<String> created = new HashSet<>();
        Set<String> refunded = new HashSet<>();
        for (ReturnEvent event : audit) {
            if (event instanceof ReturnCreated r) {
                assertThat(created.add(r.id())).isTrue();
            } else if (event instanceof RefundIssued r) {
                assertThat(created).contains(r.id());
                assertThat(refunded.add(r.id())).isTrue();
                assertThat(r.pence()).isEqualTo(2 * Integer.parseInt(r.id().replaceFirst(".*\\.", "")));
            }
        }
        assertThat(created).hasSize(publishers * each);
        assertThat(refunded).isEqualTo(created);
    }

    @Test
    void workerPoolRunsSoManyAtATimeAndGivesEachJobOneResult() throws Exception {
        int workers = 4;
        List<Job> jobs =
                IntStream.range(0, 1_000).mapToObj(i -> new Job(i, "x")).toList();
        Contention.Gauge working = new Contention.Gauge();
        CountDownLatch allAtWork = new CountDownLatch(workers);
        List<Result> results = new ArrayList<>(); // not thread-safe: results come one at a time
        WorkerPool.process(
                jobs,
                workers,
                job -> {
                    working.enter();
                    try {
                        allAtWork.countDown();
                        awaitLatch(allAtWork); // as many at once as there are workers
                        if (job.id() % 10 == 0) {
                            throw new IllegalStateException("no " + job.id());
                        }
                        return job.id();
                    } finally {
                        working.leave();
                    }
                },
                results::add);
        assertThat(working.most()).isEqualTo(workers);
        assertThat(results).extracting(Result::job).containsExactlyInAnyOrderElementsOf(jobs);
        assertThat(results).allSatisfy(result -> {
            boolean fails = result.job().id() % 10 == 0;
            assertThat(result.words()).isEqualTo(fails ? 0 : result.job().id());
            assertThat(result.error() != null).isEqualTo(fails);
        });
    }

    @Test
    void aJobThatFailsWithAnErrorHasAResult() throws Exception {
        List<Result> results = new ArrayList<>();
        WorkerPool.process(
                List.of(new Job(1, "")),
                1,
                job -> {
                    throw new AssertionError("on purpose");
                },
                results::add);
        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(result.error()).isInstanceOf(AssertionError.class));
    }

    @Test
    void fanOutFanInNumbersCooksAndServesEachOrderOnce() throws Exception {
        int cooks = 3;
        Contention.Gauge oven = new Contention.Gauge();
        Contention.Gauge door = new Contention.Gauge();
        CountDownLatch allCooks = new CountDownLatch(cooks);
        List<Ticket> served = new ArrayList<>(); // not thread-safe: there is one waiter
        try (Broker broker = Broker.open()) {
            new FanOutFanIn(
                    broker,
                    cooks,
                    ticket -> {
                        oven.enter();
                        allCooks.countDown();
                        awaitLatch(allCooks);
                        oven.leave();
                    },
                    pizza -> {
                        door.enter();
                        served.add(pizza.ticket());
                        door.leave();
                    });
            together(4, guest -> {
                for (int i = 0; i < 100; i++) {
                    broker.publish(FanOutFanIn.ORDERS, new Order(guest + "." + i, "margherita"));
                }
            });
        } // also what was not in the oven yet is served
        assertThat(oven.most()).isEqualTo(cooks);
        assertThat(door.most()).isEqualTo(1);
        assertThat(served).extracting(Ticket::number).containsExactlyInAnyOrderElementsOf(range(1, 401));
        assertThat(served.stream().map(ticket -> ticket.order().customer()).distinct())
                .hasSize(400);
    }

    @Test
    void pipelineIsHeldUpByItsLastStage() throws Exception {
        CountDownLatch carParkOpens = new CountDownLatch(1);
        List<Car> parked = new ArrayList<>();
        int accepted = 0;
        try (Broker broker = Pipeline.open()) {
            Pipeline.build(broker, car -> {
                awaitLatch(carParkOpens);
                parked.add(car);
            });
            while (accepted < 1_000
                    && broker.tryPublish(Pipeline.CHASSIS, new Chassis(accepted), Duration.ofMillis(500))) {
                accepted++;
            }
            assertThat(accepted).as("chassis accepted while nothing leaves").isBetween(1, 24);
            carParkOpens.countDown();
            broker.publish(Pipeline.CHASSIS, new Chassis(accepted));
        }
        assertThat(parked)
                .extracting(car -> car.body().chassis().number())
                .containsExactlyElementsOf(range(0, accepted + 1));
    }

    @Test
    void perKeyOrderIsKeptWhileKeysRunInParallel() throws Exception {
        int keys = 64;
        Map<String, Integer> last = new ConcurrentHashMap<>();
        Map<String, Contention.Gauge> perKey = new ConcurrentHashMap<>();
        CountDownLatch twoAtOnce = new CountDownLatch(2);
        AtomicInteger outOfOrder = new AtomicInteger();
        try (Broker broker = Broker.open()) {
            PerKeyOrder.book(broker, 8, payment -> {
                Contention.Gauge gauge = perKey.computeIfAbsent(payment.account(), account -> new Contention.Gauge());
                gauge.enter();
                twoAtOnce.countDown();
                awaitLatch(twoAtOnce); // passed only if another worker is at work at the same time
                Integer before = last.put(payment.account(), payment.pence());
                if ((before == null ? 0 : before) + 1 != payment.pence()) {
                    outOfOrder.incrementAndGet();
                }
                gauge.leave();
            });
            together(4, index -> {
                for (int key = index; key < keys; key += 4) {
                    for (int pence = 1; pence <= 50; pence++) { // equal keys side by side, so that they could overtake
                        broker.publish(PerKeyOrder.PAYMENTS, new Payment("account " + key, pence));
                    }
                }
            });
        }
        assertThat(outOfOrder).hasValue(0);
        assertThat(last)
                .hasSize(keys)
                .allSatisfy((key, pence) -> assertThat(pence).isEqualTo(50));
        assertThat(perKey.values()).allSatisfy(gauge -> assertThat(gauge.most()).isEqualTo(1));
    }

    @Test
    void latestValueShowsTheLastOfEachAndCountsTheOthers() throws Exception {
        int symbols = 5;
        int each = 1_000;
        CountDownLatch shown = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        Map<String, List<Integer>> screen = new ConcurrentHashMap<>();
        AtomicInteger replaced = new AtomicInteger();
        try (Broker broker = Broker.open()) {
            Subscription subscription = LatestValue.show(broker, symbols, message -> {
                first.countDown();
                awaitLatch(shown);
                screen.computeIfAbsent(message.event().symbol(), symbol -> new ArrayList<>())
                        .add(message.event().pence());
                replaced.addAndGet((int) message.missedBefore());
            });
            broker.publish(LatestValue.PRICES, new Price("0", 0));
            awaitLatch(first);
            together(symbols, symbol -> {
                for (int pence = 1; pence <= each; pence++) {
                    broker.publish(LatestValue.PRICES, new Price(Integer.toString(symbol), pence));
                }
            });
            broker.inbox(PublishSubscribe.RETURNS).close(); // returns when all that was published has been routed
            shown.countDown();
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
            assertThat(subscription.stats().delivered()).isEqualTo(1 + symbols);
            assertThat(subscription.stats().conflated()).isEqualTo((long) symbols * (each - 1));
        }
        assertThat(replaced).hasValue(symbols * (each - 1));
        assertThat(screen).hasSize(symbols);
        screen.forEach((symbol, values) ->
                assertThat(values).isEqualTo(symbol.equals("0") ? List.of(0, each) : List.of(each)));
    }

    @Test
    void confinementLosesNoUpdateAndSeesOnesOwn() throws Exception {
        int threads = 8;
        int each = 500;
        try (Broker broker = Broker.open()) {
            Confinement accounts = new Confinement(broker);
            together(threads, index -> {
                String own = "account " + index;
                for (int i = 1; i <= each; i++) {
                    accounts.deposit("shared", 1);
                    accounts.deposit(own, 2);
                    if (i % 100 == 0) {
                        assertThat(accounts.balance(own).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                                .isEqualTo(2 * i);
                    }
                }
            });
            assertThat(accounts.balance("shared").get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(threads * each);
        }
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toList());
    }
}
