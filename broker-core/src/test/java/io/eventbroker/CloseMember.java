package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;

/** A subscription of a {@link CloseRound}, with what its handler does or how its inbox is read. */
final class CloseMember<T extends Ledger.Entry> {
    private static final Overflow[] POLICIES = Overflow.values();

    /** What a handler does besides recording. */
    private enum Act {
        NOTHING,
        WORK,
        FAIL,
        RELAY,
        RELAY_BY_LANE,
        LEAVE,
        COME,
        CLOSE,
        HOLD
    }

    /** An event that handlers may relay so many times. */
    record Hop(int publisher, int number, int left) implements Ledger.Entry {
        Ledger.Maker<Ledger.Entry> next() {
            return of(left - 1);
        }

        static Ledger.Maker<Ledger.Entry> of(int left) {
            return (publisher, number) ->
                    left > 0 ? new Hop(publisher, number, left) : new Ledger.Event(publisher, number);
        }
    }

    private final CloseRound round;
    private final TopicPattern<T> from;
    private final LedgerSubscriber<T> ledger;
    private final Overflow overflow;
    private final int capacity;
    private final int workers;
    private final boolean isPush;
    private final boolean isForMessages;
    private final boolean replays;
    private final Act act;
    private final LongAdder missed = new LongAdder();
    private LedgerPublisher relay;
    private LedgerLane<Ledger.Entry> lane;
    private volatile Subscription subscription;
    private volatile Inbox<T> inbox;
    private volatile boolean hasLeft;

    /** One that nobody may wait for is made in the middle of a race, and its inbox has no reader. */
    CloseMember(CloseRound round, TopicPattern<T> from, Random random, boolean isWaitedFor) {
        this.round = round;
        this.from = from;
        isPush = random.nextInt(5) < 3;
        overflow = policy(random, isWaitedFor);
        capacity = 1 + random.nextInt(random.nextBoolean() ? 3 : 40);
        workers = isPush && overflow != Overflow.CONFLATE && random.nextInt(5) == 0 ? 2 + random.nextInt(2) : 1;
        isForMessages = random.nextInt(3) == 0;
        replays = overflow != Overflow.BACKPRESSURE && random.nextInt(4) == 0;
        act = isPush && isWaitedFor ? act(random) : Act.NOTHING;
        ledger = round.ledger.sharedSubscriber(from);
        if (replays) {
            ledger.replays();
        }
        if (act == Act.RELAY) {
            relay = round.ledger.publisher();
        } else if (act == Act.RELAY_BY_LANE) {
            lane = round.ledger.lane(round.broker, CloseRound.BLUE);
        }
    }

    private Overflow policy(Random random, boolean isWaitedFor) {
        Overflow drawn = POLICIES[random.nextInt(POLICIES.length)];
        boolean isKeyed = from.name().equals(CloseRound.BLUE.name());
        return (drawn == Overflow.CONFLATE && !isKeyed) || (drawn == Overflow.BACKPRESSURE && !isWaitedFor)
                ? Overflow.DROP_OLDEST
                : drawn;
    }

    private Act act(Random random) {
        Act drawn = Act.values()[random.nextInt(Act.values().length)];
        boolean needsOneThread = drawn == Act.RELAY || drawn == Act.RELAY_BY_LANE;
        return (drawn == Act.HOLD && round.isPatient) || (needsOneThread && workers > 1) ? Act.WORK : drawn;
    }

    /** Subscribes; a broker that closes may refuse that. */
    void subscribe() {
        SubscriptionBuilder<T> builder =
                round.broker.subscription(from).capacity(capacity).overflow(overflow);
        if (replays) {
            builder = builder.replayRetained();
        }
        SubscriptionBuilder<T> ready = isPush ? builder.concurrency(workers) : builder;
        if (isPush) {
            subscription = ledger.subscribe(() -> isForMessages
                    ? ready.onMessage(message -> {
                        missed.add(message.missedBefore());
                        handle(message.event());
                    })
                    : ready.onEvent(this::handle));
        } else {
            inbox = ledger.inbox(() -> isForMessages ? new MissedInbox<>(ready.messageInbox(), missed) : ready.inbox());
            subscription = inbox;
        }
        round.tally.add("subscriptions");
    }

    boolean isInbox() {
        return inbox != null;
    }

    Subscription subscription() {
        return subscription;
    }

    void leave() {
        if (subscription != null) {
            hasLeft = true;
            ledger.unsubscribe();
            round.tally.add("unsubscribes");
        }
    }

    // ---- push

    private void handle(T event) throws Exception {
        record(event);
        try {
            act(event, new Random(round.seed * 31 + event.publisher() * 7_919L + event.number()));
        } catch (Throwable e) {
            ledger.failing();
            throw e;
        }
    }

    private void act(T event, Random random) throws Exception {
        boolean isRare = random.nextInt(12) == 0;
        switch (act) {
            case NOTHING -> {}
            case WORK -> Tests.stagger(random, 600);
            case FAIL -> {
                if (random.nextInt(3) == 0) {
                    throw new G1_InterruptsTest.OnPurpose();
                }
            }
            case RELAY, RELAY_BY_LANE -> relay(event, random);
            case LEAVE -> {
                if (isRare) {
                    leave();
                }
            }
            case COME -> {
                if (isRare) {
                    round.come(random);
                }
            }
            case CLOSE -> {
                if (isRare) {
                    round.close(random, true);
                }
            }
            case HOLD -> {
                if (isRare) {
                    round.never.await(); // until it is interrupted at the deadline
                }
            }
        }
    }

    /** Publishes what begets less, so that it comes to an end; a handler that is refused fails. */
    private void relay(T event, Random random) throws Exception {
        if (event instanceof Hop hop && hop.left() > 0) {
            Topic<Ledger.Entry> to = random.nextBoolean() ? CloseRound.RED : CloseRound.BLUE;
            boolean goesOn = round.offer(true, () -> {
                if (lane == null) {
                    relay.publish(round.broker, to, hop.next());
                } else {
                    lane.publish(hop.next());
                }
                return true;
            });
            if (!goesOn) {
                throw new G1_InterruptsTest.OnPurpose();
            }
        }
    }

    // ---- pull

    /** Reads once, waiting if told so; returns false when the inbox has ended. */
    boolean read(Victim self, Random random, boolean mayWait) {
        self.expose();
        try {
            T event = next(mayWait ? random.nextInt(4) : 4 + random.nextInt(3));
            if (event != null) {
                record(event);
            }
            self.cover();
            return true;
        } catch (InterruptedException e) {
            self.coverInterrupted();
            return true;
        } catch (CancellationException e) {
            assertThat(self.cover()).as("cancelled by an interrupt").isTrue();
            return true;
        } catch (SubscriptionClosedException e) {
            self.cover();
            requireEndAllowed(e);
            return false;
        }
    }

    private T next(int way) throws InterruptedException {
        return switch (way) {
            case 0 -> inbox.take();
            case 1 -> inbox.poll(Duration.ofHours(1));
            case 2 -> {
                Iterator<T> events = inbox.iterator();
                if (!events.hasNext()) {
                    throw new SubscriptionClosedException("the end of the loop", null);
                }
                yield events.next();
            }
            case 3 -> isForMessages ? inbox.take() : Select.of(inbox).take();
            case 4 -> inbox.poll();
            default -> inbox.poll(Duration.ofNanos(50_000));
        };
    }

    private void requireEndAllowed(SubscriptionClosedException e) {
        if (e.getCause() == null) {
            assertThat(round.begun || hasLeft)
                    .as("ended, although nobody closed")
                    .isTrue();
        } else {
            assertThat(overflow).as("ended by %s", e.getCause()).isEqualTo(Overflow.DISCONNECT);
        }
    }

    private void record(T event) {
        if (overflow == Overflow.CONFLATE) {
            ledger.received(event, CloseRound.key(event));
        } else {
            ledger.received(event);
        }
    }

    // ---- afterwards

    /** At the end of the broker: empties the inbox, and compares what only this subscription knows. */
    void verify() {
        if (subscription == null) {
            return; // it was refused
        }
        if (inbox != null) {
            readOn();
            assertThat(inbox.stats().queued()).isZero();
        }
        SubscriptionStats stats = subscription.stats();
        String what = subscription + " " + act;
        long byPolicy = switch (overflow) {
            case DROP_NEWEST -> stats.droppedNewest();
            case DROP_OLDEST -> stats.droppedOldest() + stats.droppedNewest();
            case CONFLATE -> stats.conflated() + stats.droppedNewest();
            case BACKPRESSURE -> 0;
            case DISCONNECT -> stats.disconnected();
        };
        assertThat(byPolicy).as("%s dropped by %s", what, overflow).isEqualTo(stats.dropped());
        assertThat(stats.replayed() == 0 || replays).as("%s replayed", what).isTrue();
        if (isForMessages) {
            assertThat(missed.sum() + stats.missedAtEnd())
                    .as("%s was told of gaps", what)
                    .isEqualTo(stats.dropped());
        }
        if (round.isToLoseNothing() && !hasLeft) {
            assertThat(stats.abandoned()).as("%s abandoned", what).isZero();
        }
        tally(stats);
    }

    private void readOn() {
        try {
            for (T event = inbox.poll(); event != null; event = inbox.poll()) {
                record(event);
            }
            throw new AssertionError(inbox + " of a closed broker has not ended");
        } catch (SubscriptionClosedException e) {
            requireEndAllowed(e);
        }
    }

    private void tally(SubscriptionStats stats) {
        round.tally.add("messages received", stats.delivered());
        round.tally.add("messages dropped as newest", stats.droppedNewest());
        round.tally.add("messages dropped as oldest", stats.droppedOldest());
        round.tally.add("messages conflated", stats.conflated());
        round.tally.add("subscriptions disconnected", stats.disconnected());
        round.tally.add("messages abandoned", stats.abandoned());
        round.tally.add("handlers failed", stats.failed());
    }
}
