package io.eventbroker;

import static io.eventbroker.Churn.check;

import io.eventbroker.BrokerStats.State;

/**
 * The main class of a JVM of its own, whose code is not compiled yet, in which manual brokers are stepped where there is
 * hardly any stack left: a thread dives to the end of its stack and steps at each level on the way up. Hazard: the stack
 * ends when a worker has an event in hand and has not called its handler, or in the loop, which the broker dies of; the
 * more so when the probe for stack is compiled by then and the rest is not.
 *
 * <p>Argument: how many threads, each of which ends its stack elsewhere.
 */
final class StepsAtStackEnd extends StackDive {
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final int STACK = 250_000;
    private static final int EVENTS = 40;

    private ManualBroker broker;
    private Subscription subscription;
    private int handled;
    private int done;

    private StepsAtStackEnd() {}

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[0]);
        ChildJvm.main(() -> {
            warmProbe();
            for (int i = 0; i < threads; i++) {
                new StepsAtStackEnd().run(i);
            }
        });
    }

    private void run(int padding) throws InterruptedException {
        inThread(STACK, () -> step(padding));
        check(done == 1, "the diver came back");
        ChildJvm.total("overflows", overflows);
    }

    private void step(int padding) {
        broker = Broker.manual();
        subscription = broker.subscription(WORDS).concurrency(1 + padding % 2).onEvent(word -> handled = handled + 1);
        for (int i = 0; i < EVENTS; i++) {
            broker.publish(WORDS, "a");
        }
        dive(padding);
        broker.runUntilIdle();

        check(
                broker.stats().state() == State.OPEN,
                "the broker is " + broker.stats().state());
        check(
                subscription.stats().inHand() == 0,
                "in hand: " + subscription.stats().inHand());
        check(subscription.stats().handled() == EVENTS, "counted: " + subscription.stats());
        check(handled == EVENTS, "handled: " + handled);
        broker.close();
        done = 1;
    }

    @Override
    void attempt() {
        broker.runOne();
    }
}
