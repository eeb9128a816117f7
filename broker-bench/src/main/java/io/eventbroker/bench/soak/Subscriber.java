package io.eventbroker.bench.soak;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.Message;
import io.eventbroker.Overflow;
import io.eventbroker.Subscription;
import io.eventbroker.SubscriptionBuilder;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.TopicPattern;
import io.eventbroker.bench.soak.Spec.Role;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** One subscription at work: its handler, or its readers, and what it counts. */
final class Subscriber {
    private static final long SLOW_NANOS = 20_000;
    private static final long GLANCE_NANOS = 100_000;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final int ONE_IN_FAILS = 509;

    /** Costs no stack trace. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure() {
            super("on purpose", null, false, false);
        }
    }

    final Spec spec;
    final Account account;
    private final Violations violations;
    private final Consumer<Item> relay;
    private final CountDownLatch gate;
    private final List<Reader> readers = new ArrayList<>();
    private final Subscription subscription;
    private boolean isEnded;
    private volatile boolean isUnsubscribed;

    /**
     * Subscribes.
     *
     * @param relay what a relay does with an event
     * @param sources the accounts of all publishers
     * @param positions of the generation
     * @throws io.eventbroker.BrokerClosedException if the broker is closing or closed
     */
    Subscriber(
            Spec spec,
            Broker broker,
            List<Source> sources,
            Positions positions,
            Consumer<Item> relay,
            Violations violations) {
        this.spec = spec;
        this.violations = violations;
        this.relay = relay;
        account = new Account(spec, new Window(sources, spec.isReplaying()), positions, violations);
        gate = new CountDownLatch(spec.role() == Role.HELD ? 1 : 0);
        account.window.opening();
        subscription = spec.isSpecial()
                ? subscribe(broker, spec.target().specials())
                : subscribe(broker, spec.target().items());
        account.window.opened();
    }

    private <T extends Item> Subscription subscribe(Broker broker, TopicPattern<T> from) {
        SubscriptionBuilder<T> builder = spec.applyTo(broker.subscription(from));
        if (!spec.isPull()) {
            return spec.hasMessages() ? builder.onMessage(this::handle) : builder.onEvent(this::handle);
        }
        return spec.hasMessages() ? read(builder.messageInbox()) : read(builder.inbox());
    }

    private <T> Inbox<T> read(Inbox<T> inbox) {
        for (int reader = 0; reader < spec.consumers(); reader++) {
            readers.add(new Reader(inbox, this::take, spec.name().hashCode() + reader, violations));
        }
        readers.forEach(Reader::start);
        return inbox;
    }

    /** A handler call. */
    private void handle(Object content) throws Exception {
        try {
            take(content);
            Item item = itemOf(content);
            if (spec.role() == Role.RELAY) {
                relay.accept(item);
            } else if (spec.role() == Role.FAILING && item.number() % ONE_IN_FAILS == 7) {
                throw new Failure();
            }
        } catch (Throwable e) {
            account.failing();
            if (!(e instanceof Failure)) {
                violations.add(Kind.FAILED, spec + ": " + e);
            }
            throw e;
        }
    }

    /** Takes note of an event, by handler or reader. */
    private void take(Object content) {
        Message<?> message = content instanceof Message<?> some ? some : null;
        account.receive(itemOf(content), message);
        if (spec.role() == Role.HELD) {
            awaitRelease();
        } else if (spec.role() == Role.SLOW) {
            LockSupport.parkNanos(SLOW_NANOS);
        }
    }

    private static Item itemOf(Object content) {
        return (Item) (content instanceof Message<?> message ? message.event() : content);
    }

    private void awaitRelease() {
        try {
            if (gate.getCount() > 0) { // also if it is interrupted at a deadline
                gate.await();
            }
        } catch (InterruptedException e) {
            violations.add(Kind.FAILED, spec + ": interrupted while held");
        }
    }

    /** Lets it go on if it has lost something by now; returns whether it may go on. */
    boolean release() {
        if (gate.getCount() > 0 && stats().dropped() > 0) {
            gate.countDown();
        }
        return gate.getCount() == 0;
    }

    SubscriptionStats stats() {
        return subscription.stats();
    }

    /** Whether the broker has ended it; true once. */
    boolean isNewlyDisconnected() {
        if (isEnded || spec.policy() != Overflow.DISCONNECT || stats().disconnected() == 0) {
            return false;
        }
        isEnded = true;
        gate.countDown();
        account.window.ended();
        return true;
    }

    /** Whether it may have ended before the broker did. */
    boolean hasEndedEarly() {
        return isUnsubscribed || stats().disconnected() > 0;
    }

    void unsubscribe() {
        isUnsubscribed = true;
        gate.countDown();
        account.window.ending();
        subscription.unsubscribe();
        account.unsubscribed();
    }

    /** Waits for the readers, and for handlers that were still running, unless the broker's figures never say so. */
    void join() throws InterruptedException {
        for (Reader reader : readers) {
            reader.join();
            reader.requireEnd(stats().disconnected() > 0);
        }
        long start = System.nanoTime();
        while ((stats().inHand() > 0 || stats().queued() > 0) && System.nanoTime() - start < PATIENCE_NANOS) {
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }
}
