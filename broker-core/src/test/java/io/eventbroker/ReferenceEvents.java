package io.eventbroker;

import io.eventbroker.ReferenceParts.Queue;
import io.eventbroker.ReferenceParts.Told;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** The part of the {@link ReferenceModel} that is about queues that fill, and what the broker tells of itself. */
final class ReferenceEvents {
    private static final Set<String> LOGGED =
            Set.of("HandlerFailed", "DropsBegan", "DropsEnded", "Disconnected", "Failed");

    /** With so many lines waiting, failures of handlers may be left out. */
    private static final int MOST_LOGGED = 50;

    private final List<Queue> queues;

    /** What workers reported and the loop has not told: a failure, or a subscription that has room again. */
    final List<Object> reports = new ArrayList<>();

    /** What came up and is to be told next. */
    private final Deque<Told> untold = new ArrayDeque<>();

    /** What is still to be logged. */
    final Deque<Told> log = new ArrayDeque<>();

    boolean wasLogLong;
    long told;

    /** The loop has ended: nothing is reported any more. */
    boolean over;

    /** The ends of all episodes are being told. */
    boolean ending;

    /** That is the last to be told. */
    boolean sealing;

    /** Nobody is told anything any more. */
    boolean sealed;

    ReferenceEvents(List<Queue> queues) {
        this.queues = queues;
    }

    /** Puts an event into a queue, or drops it. */
    void offer(Queue queue, Object event) {
        queue.matched++;
        if (queue.waiting.size() < queue.shape.capacity()) {
            queue.waiting.add(event);
        } else {
            queue.dropped++;
            if (queue.shape.overflow() == Overflow.DISCONNECT) {
                queue.disconnected = true;
                if (!queue.isOfBroker()) {
                    tell(Told.of("Disconnected", queue.name, queue.shape.topic(), queue.shape.capacity()));
                }
                return;
            }
            if (queue.shape.overflow() == Overflow.DROP_OLDEST) {
                queue.droppedOldest++;
                queue.waiting.remove();
                queue.waiting.add(event);
            }
            if (!queue.isOfBroker() && queue.episode++ == 0) { // else it is only logged, or it would have no end
                tell(Told.of("DropsBegan", queue.name, queue.shape.topic(), queue.shape.capacity()));
            }
        }
    }

    boolean isWanted(Told event) {
        return queues.stream().anyMatch(queue -> wants(queue, event));
    }

    private static boolean wants(Queue queue, Told event) {
        return queue.isOfBroker() && queue.isAlive() && queue.shape.wanted().test(event);
    }

    void tell(Told event) {
        untold.add(event);
    }

    /** How many events are told when everything is that came up. */
    long toldSoon() {
        return told + untold.size();
    }

    boolean isAboutToTell(Told event) {
        return untold.contains(event);
    }

    /** The broker has told everything that came up. */
    void flush() {
        for (Told event = untold.poll(); event != null; event = untold.poll()) {
            told++;
            for (Queue queue : queues) {
                if (!sealed && wants(queue, event)) {
                    offer(queue, event);
                }
            }
            if (!sealed && LOGGED.contains(event.kind())) {
                log.add(event);
                wasLogLong |= log.size() > MOST_LOGGED;
            }
        }
    }

    /** An event was taken: perhaps the queue has drained to half since it dropped something. */
    void noteRelief(Queue queue) {
        if (!over
                && queue.episode > 0
                && 2 * queue.waiting.size() <= queue.shape.capacity()
                && !reports.contains(queue)) {
            reports.add(queue);
        }
    }

    /** How many failures of its handlers are not told yet; until then their workers handle nothing. */
    long failuresOf(Queue queue) {
        return reports.stream()
                .filter(report ->
                        report instanceof Told failure && failure.parts().get(0).equals(queue.name))
                .count();
    }
}
