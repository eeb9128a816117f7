package io.eventbroker.bench.soak;

import io.eventbroker.Broker;
import io.eventbroker.BrokerClosedException;
import io.eventbroker.Lane;
import io.eventbroker.Topic;
import io.eventbroker.bench.soak.Violations.Kind;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A thread that publishes what its sources have, in all ways there are, until it has done its share or is stopped. */
abstract class Publisher extends Thread {
    private static final int ONE_IN_PAUSES = 2_048;
    private static final long PAUSE_NANOS = 50_000;

    final SplittableRandom random;
    private final Phase phase;
    private final int share;
    private final Violations violations;
    private final List<Source> sources;

    /** How far a generation is. */
    static final class Phase {
        /** Whether publishers are to end. */
        volatile boolean isStopping;

        /** Whether the broker may refuse because it is closed. */
        volatile boolean isClosing;
    }

    private Publisher(String name, List<Source> sources, int share, long seed, Phase phase, Violations violations) {
        super(name);
        this.sources = sources;
        this.share = share;
        this.random = new SplittableRandom(seed);
        this.phase = phase;
        this.violations = violations;
        setDaemon(true);
    }

    /** Offers something; returns whether the broker still takes anything. */
    abstract boolean publish();

    @Override
    public final void run() {
        try {
            while (!phase.isStopping && published() < share) {
                if (!publish()) {
                    requireClosing(phase, violations, getName());
                    return;
                }
                if (random.nextInt(ONE_IN_PAUSES) == 0) {
                    LockSupport.parkNanos(PAUSE_NANOS); // so that queues run empty now and then
                }
            }
        } catch (Throwable e) {
            violations.add(Kind.FAILED, getName() + ": " + e);
        }
    }

    private long published() {
        long sum = 0;
        for (Source source : sources) {
            sum += source.accepted();
        }
        return sum;
    }

    static void requireClosing(Phase phase, Violations violations, String who) {
        if (!phase.isClosing) {
            violations.add(Kind.FAILED, who + " was told that the broker is closed, and nobody had closed it");
        }
    }

    /** Offers the next event; returns whether the broker still takes anything. */
    static boolean offer(Source source, Predicate<Item> way) {
        try {
            if (way.test(source.next())) {
                source.accepted(1);
            } else {
                source.refused();
            }
            return true;
        } catch (BrokerClosedException | CancellationException e) { // the latter in handlers, at a close's deadline
            source.refused();
            return false;
        }
    }

    /** Publishes through the shared ring: mostly to one topic, now and then to others. */
    static final class Shared extends Publisher {
        private static final Duration WHILE = Duration.ofNanos(20_000);

        private final Broker broker;
        private final List<Source> sources;
        private final List<Topic<Item>> topics;

        /**
         * One to be started.
         *
         * @param sources the usual one first
         */
        Shared(Broker broker, List<Source> sources, int share, long seed, Phase phase, Violations violations) {
            super("shared publisher of " + sources.get(0).id(), sources, share, seed, phase, violations);
            this.broker = broker;
            this.sources = sources;
            this.topics =
                    sources.stream().map(source -> Feed.of(source.id()).topic).toList();
        }

        @Override
        boolean publish() {
            int draw = random.nextInt(64);
            int index = draw < 8 * (sources.size() - 1) ? 1 + draw / 8 : 0;
            Topic<Item> topic = topics.get(index);
            return switch (random.nextInt(16)) {
                case 0 -> offer(sources.get(index), item -> broker.tryPublish(topic, item));
                case 1 -> offer(sources.get(index), item -> broker.tryPublish(topic, item, WHILE));
                default ->
                    offer(sources.get(index), item -> {
                        broker.publish(topic, item);
                        return true;
                    });
            };
        }
    }

    /** Publishes through a lane, and after some time through another. */
    static final class OfLane extends Publisher {
        private static final int LARGEST_BATCH = 64;
        private static final int ONE_IN_REOPENS = 1 << 15;

        private final Broker broker;
        private final Source source;
        private @Nullable Lane<Item> open;

        OfLane(Broker broker, Source source, int share, long seed, Phase phase, Violations violations) {
            super("lane publisher of " + source.id(), List.of(source), share, seed, phase, violations);
            this.broker = broker;
            this.source = source;
        }

        @Override
        boolean publish() {
            Lane<Item> lane = open;
            if (lane == null || random.nextInt(ONE_IN_REOPENS) == 0) {
                try {
                    if (lane != null) {
                        lane.close();
                    }
                    lane = broker.lane(Feed.of(source.id()).topic);
                    open = lane;
                } catch (BrokerClosedException e) {
                    return false;
                }
            }
            Lane<Item> current = lane;
            return switch (random.nextInt(32)) {
                case 0 -> offer(source, current::tryPublish);
                case 1 -> offerAll(current, 1 + random.nextInt(LARGEST_BATCH));
                default ->
                    offer(source, item -> {
                        current.publish(item);
                        return true;
                    });
            };
        }

        private boolean offerAll(Lane<Item> lane, int count) {
            try {
                int accepted = lane.publishAll(source.next(count));
                source.accepted(accepted);
                if (accepted < count) {
                    source.refused();
                }
                return accepted == count;
            } catch (BrokerClosedException e) {
                source.refused();
                return false;
            }
        }
    }
}
