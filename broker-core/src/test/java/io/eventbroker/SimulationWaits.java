package io.eventbroker;

import io.eventbroker.ReferenceQueue.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Handlers of a {@link Simulation} that wait for room, and whether one of them may wait for itself. */
final class SimulationWaits {
    /** A handler that offers some messages, one of which is the next. */
    private record Wait(ReferenceQueue queue, int worker, Collection<Message> messages) {}

    private final Simulation run;
    private final ReferenceModel model;
    private final List<Wait> waits = new ArrayList<>();

    SimulationWaits(Simulation run) {
        this.run = run;
        this.model = run.model;
    }

    /** Makes a call that offers these messages, and may wait for room without end. */
    <R> R during(Collection<Message> messages, Supplier<R> call) {
        SimulationHandlers.Call caller = run.handlers.caller();
        if (caller == null) {
            return call.get();
        }
        waits.add(new Wait(caller.member.queue, caller.inHand.worker(), messages));
        try {
            return call.get();
        } finally {
            waits.remove(waits.size() - 1);
        }
    }

    /** Whether an offer of these messages may wait for its own handler: it is in a set of which nobody can go on. */
    boolean mayBeCycle(Collection<Message> messages) {
        SimulationHandlers.Call caller = run.handlers.caller();
        return caller != null && during(messages, () -> isStuck(caller.member.queue));
    }

    private boolean isStuck(ReferenceQueue queue) {
        Set<ReferenceQueue> stuck = new HashSet<>(model.queues);
        stuck.removeIf(one -> !one.isPush() || !one.isCongested() || !one.isAlive());
        while (stuck.removeIf(one -> !isHeldUp(one, stuck))) {
            // those that waited for one just removed go next
        }
        return stuck.contains(queue);
    }

    private boolean isHeldUp(ReferenceQueue queue, Set<ReferenceQueue> stuck) {
        List<Integer> waiting = waits.stream()
                .filter(wait -> wait.queue == queue)
                .filter(wait -> wait.messages.stream().anyMatch(offered -> isWanted(offered, stuck)))
                .map(Wait::worker)
                .toList();
        return queue.keeping.workerOf() == null
                ? waiting.size() == queue.shape.workers()
                : queue.waiting.stream()
                                .filter(cell -> waiting.contains(cell.worker()))
                                .count()
                        > queue.keeping.capacity();
    }

    private static boolean isWanted(Message message, Set<ReferenceQueue> some) {
        return some.stream().anyMatch(queue -> queue.wants(message));
    }

    /** Whether an offer surely waits for its own handler, and for nothing else. */
    boolean mustBeCycle(Message message) {
        SimulationHandlers.Call caller = run.handlers.caller();
        return caller != null
                && caller.member.queue.shape.workers() == 1
                && model.congested(message).equals(List.of(caller.member.queue));
    }
}
