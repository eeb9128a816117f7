package io.eventbroker.bench.soak;

import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.BrokerStats;
import io.eventbroker.Lane;
import io.eventbroker.bench.soak.Cast.Ending;
import io.eventbroker.bench.soak.Cast.Scale;
import io.eventbroker.bench.soak.Publisher.Phase;
import io.eventbroker.bench.soak.Totals.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One broker from open to close, under load all the time, and the comparison of all accounts after that. */
final class Generation {
    private static final int MOST_DISCONNECTIONS = 40;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final long GLANCE_NANOS = 1_000_000;
    private static final int PUBLISHERS = 4;

    private final Random random;
    private final Cast cast;
    private final Ending ending;
    private final int messages;
    private final Function<BrokerConfig, Broker> opener;
    private final Violations violations;
    private final Phase phase = new Phase();
    private final List<Source> sources = Source.all();
    private final Positions positions;
    private final List<Subscriber> permanent = new ArrayList<>();

    /** All there have been. */
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();

    private int disconnections;
    private volatile @Nullable Supplier<BrokerStats> stats;

    /**
     * One to be run.
     *
     * @param number from which, with the seed, everything follows but the machine's doings
     * @param most how many messages at most, about
     */
    Generation(int number, long seed, long most, Function<BrokerConfig, Broker> opener, Violations violations) {
        random = new Random(new SplittableRandom(seed * 1_000_003 + number).nextLong()); // mixed: Random begins alike
        Scale scale = Scale.of(number);
        cast = new Cast(random, scale);
        ending = Ending.of(number);
        messages = (int) Math.min(scale.messages, most);
        positions = new Positions(random.nextBoolean(), messages);
        this.opener = opener;
        this.violations = violations;
    }

    /** Runs it. */
    void run() throws InterruptedException {
        try (Broker broker = opener.apply(cast.config())) {
            run(broker);
        }
    }

    private void run(Broker broker) throws InterruptedException {
        stats = broker::stats;
        DeadLetters deadLetters = new DeadLetters(broker);
        try (Lane<Item> relayLane = broker.lane(Feed.R.topic)) {
            Consumer<Item> relay = relay(broker, random.nextBoolean() ? relayLane : null);
            cast.permanent().forEach(spec -> permanent.add(subscribe(spec, broker, relay)));
            List<Thread> threads = new ArrayList<>(publishers(broker));
            long closeAt =
                    ending == Ending.AFTER_PUBLISHERS ? Long.MAX_VALUE : messages / 2 + random.nextInt(messages / 2);
            Guests guests = new Guests(
                    number -> subscribe(cast.guest(number), broker, relay), random.nextLong(), phase, violations);
            threads.forEach(Thread::start);
            guests.start();

            supervise(broker, relay, threads, closeAt);
            phase.isClosing = true;
            BrokerStats report = broker.close(ending.timeout);
            phase.isStopping = true;
            guests.join();
            for (Thread thread : threads) {
                thread.join();
            }
            for (Subscriber subscriber : subscribers) {
                subscriber.join();
            }
            while (!deadLetters.isOver()) {
                LockSupport.parkNanos(GLANCE_NANOS);
            }
            new Audit(sources, subscribers, deadLetters, ending.isPatient(), violations).verify(report, broker.stats());
        }
    }

    private Subscriber subscribe(Spec spec, Broker broker, Consumer<Item> relay) {
        Subscriber subscriber = new Subscriber(spec, broker, sources, positions, relay, violations);
        subscribers.add(subscriber);
        return subscriber;
    }

    private List<Publisher> publishers(Broker broker) {
        int share = messages / PUBLISHERS;
        List<Source> others = positions.isEachWanted ? sources(1) : sources(1, 7);
        return List.of(
                new Publisher.Shared(broker, sources(0, 2, 6), share, random.nextLong(), phase, violations),
                new Publisher.Shared(broker, others, share, random.nextLong(), phase, violations),
                new Publisher.OfLane(broker, sources.get(3), share, random.nextLong(), phase, violations),
                new Publisher.OfLane(broker, sources.get(4), share, random.nextLong(), phase, violations));
    }

    private List<Source> sources(int... ids) {
        List<Source> some = new ArrayList<>();
        for (int id : ids) {
            some.add(sources.get(id));
        }
        return some;
    }

    /** Some events make another. */
    private Consumer<Item> relay(Broker broker, @Nullable Lane<Item> lane) {
        Source source = sources.get(Feed.R.sources.get(0));
        return item -> {
            if (item.number() % 4 == 0) {
                boolean isOpen = Publisher.offer(source, next -> {
                    if (lane == null) {
                        broker.publish(Feed.R.topic, next);
                    } else {
                        lane.publish(next);
                    }
                    return true;
                });
                if (!isOpen) {
                    Publisher.requireClosing(phase, violations, "relay");
                }
            }
        };
    }

    /** Lets go of those who have lost something, and subscribes those again who were disconnected, until it is time. */
    private void supervise(Broker broker, Consumer<Item> relay, List<Thread> threads, long closeAt) {
        long start = System.nanoTime();
        while (true) {
            boolean areFree = true;
            for (Subscriber subscriber : permanent) {
                areFree &= subscriber.release();
            }
            replaceDisconnected(broker, relay);
            boolean isPublishing = threads.stream().anyMatch(Thread::isAlive);
            if (areFree && (!isPublishing || published() >= closeAt)) {
                return;
            }
            if (areFree && System.nanoTime() - start > LONGEST_NANOS) {
                phase.isStopping = true;
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }

    private void replaceDisconnected(Broker broker, Consumer<Item> relay) {
        for (int i = 0; i < permanent.size(); i++) {
            Subscriber subscriber = permanent.get(i);
            if (disconnections < MOST_DISCONNECTIONS && subscriber.isNewlyDisconnected()) {
                disconnections++;
                permanent.set(i, subscribe(subscriber.spec.again(disconnections), broker, relay));
            }
        }
    }

    long published() {
        return sources.stream().mapToLong(Source::accepted).sum();
    }

    /** What has been done so far. */
    Totals totals() {
        Totals totals = new Totals();
        long published = published();
        long refused = sources.stream().mapToLong(Source::refusedSoFar).sum();
        totals.add(Sum.BROKERS, 1);
        totals.add(Sum.BROKERS_CLOSED_ABRUPTLY, ending.isPatient() ? 0 : 1);
        totals.add(Sum.OFFERED, published + refused);
        totals.add(Sum.PUBLISHED, published);
        totals.add(Sum.REFUSED, refused);
        Supplier<BrokerStats> told = stats;
        if (told != null) {
            totals.add(Sum.UNROUTED, told.get().unrouted());
            totals.add(Sum.DISCARDED, told.get().discarded());
        }
        subscribers.forEach(subscriber -> totals.add(subscriber.account, subscriber.stats()));
        return totals;
    }
}
