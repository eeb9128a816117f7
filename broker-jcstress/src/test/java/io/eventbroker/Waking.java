package io.eventbroker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.WaitSet.Waiter;
import java.util.concurrent.Callable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Wake-ups of subscribers, which are fenced and so are never missed; and of the loop, by all that wakes it. Where a test
 * parks, it parks for ever: a wake-up that is lost shows as a timeout of the test.
 */
public class Waking {
    /** What a take that nobody interrupts comes to: a value, or 9 if there is none any more. */
    private static int taken(Callable<Event> take) {
        try {
            return take.call().value;
        } catch (SubscriptionClosedException e) {
            return 9;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Hazard: the queue is filled and the consumer parks, by what the loop does of itself. */
    @JCStressTest
    @Description("the loop's step against announce and look")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one saw the other")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "both did")
    @Outcome(expect = FORBIDDEN, desc = "neither did: the consumer parks for ever")
    @State
    public static class LoopWithFence extends Delivery.WithInbox {
        private final Waiter waiter = new Waiter();
        private final PullSubscription<Event> pull = (PullSubscription<Event>) inbox;

        public LoopWithFence() {
            broker.ready();
            broker.publish(Event.TOPIC, new Event(7));
            pull.queue.consumers.add(waiter);
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void park(II_Result r) {
            waiter.prepare();
            r.r2 = Event.asInt(!pull.queue.isEmpty());
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = Event.asInt(waiter.cancel());
        }
    }

    /** Hazard: a reader that parks in take is not woken. */
    @JCStressTest
    @Description("the loop's step against take")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "taken")
    @Outcome(expect = FORBIDDEN, desc = "something else; a lost wake-up is a timeout")
    @State
    public static class TakeIsWoken extends Delivery.WithInbox {
        public TakeIsWoken() {
            broker.ready();
            broker.publish(Event.TOPIC, new Event(7));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(I_Result r) {
            r.r1 = taken(inbox::take);
        }
    }

    /** Hazard: a reader of several inboxes is not woken by the last of them. */
    @JCStressTest
    @Description("the loop's step against take from several inboxes")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "taken")
    @Outcome(expect = FORBIDDEN, desc = "something else; a lost wake-up is a timeout")
    @State
    public static class SelectIsWoken extends Delivery.WithInbox {
        private final Inbox<Event> idle = broker.inbox(Topic.of("nothing", Event.class));
        private final Select<Event> select = Select.of(idle, inbox);

        public SelectIsWoken() {
            broker.ready();
            broker.publish(Event.TOPIC, new Event(7));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(I_Result r) {
            r.r1 = taken(select::take);
        }
    }

    /** Hazard: a reader that parks in take is not woken by the end of its inbox. */
    @JCStressTest
    @Description("the loop's seal against take")
    @Outcome(id = "9", expect = ACCEPTABLE, desc = "it was told of the end")
    @Outcome(expect = FORBIDDEN, desc = "something else; a lost wake-up is a timeout")
    @State
    public static class EndIsTold extends Delivery.WithInbox {
        public EndIsTold() {
            broker.ready();
        }

        @Actor
        public void end() {
            ((PullSubscription<Event>) inbox).seal(null);
        }

        @Actor
        public void take(I_Result r) {
            r.r1 = taken(inbox::take);
        }
    }

    /** Hazard: a worker that parks is not woken by an event; the handler of that event ends the worker. */
    @JCStressTest
    @Description("the loop's step against a worker that runs")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "handled")
    @Outcome(expect = FORBIDDEN, desc = "something else; a lost wake-up is a timeout")
    @State
    public static class WorkerIsWoken {
        final ActedBroker broker = new ActedBroker();
        final PushSubscription<?> push;
        int handled;

        public WorkerIsWoken() {
            push = (PushSubscription<?>) broker.subscribe(Event.TOPIC, this::handle);
            broker.ready();
            broker.publish(Event.TOPIC, new Event(7));
        }

        private void handle(Event event) {
            handled = event.value;
            push.cancel(null);
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void work(I_Result r) {
            push.workers.get(0).run();
            r.r1 = handled;
        }
    }

    /** The way into a broker with a loop that, if nobody wakes it, sleeps for ever. */
    static class DeepSleep {
        final Lifecycle lifecycle = new Lifecycle("asleep", Timing.SYSTEM, new LoopSteps());
        final Sleeper sleeper = new Sleeper(Timing.FOREVER);
        final Inflow inflow = new Inflow(4, lifecycle.refused);
        final TopicDefinition topic = Event.TOPIC.definition();

        final Entrance entrance = new Entrance(lifecycle, sleeper, new Congestion()) {
            @Override
            void require(TopicDefinition to) {}

            @Override
            Ring.Result attempt(TopicDefinition to, Object content) {
                return inflow.shared.offer(to, content);
            }
        };
    }

    /** Hazard: the loop parks for long over an event in the ring; see {@link Sleeper}. */
    @JCStressTest
    @Description("an offer by the entrance against the loop's sleep")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "woken, and the event is there")
    @Outcome(expect = FORBIDDEN, desc = "it woke without; a lost wake-up is a timeout")
    @State
    public static class PublishWakesLoop extends DeepSleep {
        @Actor
        public void publish() {
            entrance.offer(topic, new Event(7), 0);
        }

        @Actor
        public void sleep(I_Result r) {
            sleeper.sleep(inflow::hasNext, Timing.FOREVER);
            r.r1 = inflow.shared.drain(1, (address, event) -> {});
        }
    }

    /** Hazard: as by publish; here nothing in the publisher's way is a fence. */
    @JCStressTest
    @Description("a publish through a lane against the loop's sleep")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "woken, and the event is there")
    @Outcome(expect = FORBIDDEN, desc = "it woke without; a lost wake-up is a timeout")
    @State
    public static class LaneWakesLoop extends DeepSleep {
        private final RingLane<Event> lane = new RingLane<>(topic, 4, entrance, closing -> {});

        public LaneWakesLoop() {
            inflow.add(lane);
        }

        @Actor
        public void publish() {
            lane.tryPublish(new Event(7));
        }

        @Actor
        public void sleep(I_Result r) {
            sleeper.sleep(inflow::hasNext, Timing.FOREVER);
            r.r1 = lane.ring.drain(1, (address, event) -> {});
        }
    }

    /** Hazard: the loop parks for long over a command, and whoever subscribes waits for it. */
    @JCStressTest
    @Description("a command against the loop's sleep")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "woken, and the command is there")
    @Outcome(expect = FORBIDDEN, desc = "it woke without; a lost wake-up is a timeout")
    @State
    public static class CommandWakesLoop extends DeepSleep {
        private final Commands commands = new Commands(lifecycle, sleeper);
        private int applied;

        @Actor
        public void ask() {
            commands.submit(() -> applied++, null);
        }

        @Actor
        public void sleep(I_Result r) {
            sleeper.sleep(() -> commands.isNextReady(inflow, false), Timing.FOREVER);
            commands.applyNext();
            r.r1 = applied;
        }
    }
}
