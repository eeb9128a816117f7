package io.eventbroker.examples.service;

import io.eventbroker.TopicPattern;
import io.eventbroker.examples.service.model.Department;
import io.eventbroker.examples.service.model.ReturnEvent;
import io.eventbroker.examples.service.model.ReturnEvent.Decision;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.store.ReturnStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What a {@link Desk} is there for: which events it reacts to, and how; and what, according to the tables, it has still
 * to do, whether or not an event ever told it so.
 *
 * @param name the name of its subscription
 * @param reactsTo which events tell that there may be something to do
 * @param taskOf what an event asks for
 * @param outstanding of what is still to do so many tasks at most, the oldest first
 */
record Duty<E extends ReturnEvent>(
        String name, TopicPattern<E> reactsTo, Function<E, Task> taskOf, IntFunction<List<Task>> outstanding) {
    /**
     * A piece of work, which may be done any number of times: only the first has an effect.
     *
     * @param returnId which return it is about
     * @param work does it, commits, and returns what to tell everybody; empty if there was nothing left to do
     */
    record Task(UUID returnId, Supplier<Optional<ReturnEvent>> work) {}

    /** Each return is decided once by each department. */
    static Duty<ReturnCreated> of(Department department, ReturnStore store) {
        Function<ReturnCreated, Task> task =
                created -> new Task(created.returnId(), () -> decide(department, created, store));
        return new Duty<>(
                department.toString(),
                ReturnEvent.CREATED,
                task,
                atMost -> store.undecided(department, atMost).stream().map(task).toList());
    }

    private static Optional<ReturnEvent> decide(Department department, ReturnCreated created, ReturnStore store) {
        Decision decision = department.decide(created);
        return store.record(department, decision) ? Optional.of(decision) : Optional.empty();
    }

    /** Each return is completed once, when all departments have decided. */
    static Duty<Decision> completion(ReturnStore store) {
        Function<UUID, Task> task = id -> new Task(
                id, () -> store.complete(id) ? Optional.of(new ReturnEvent.ReturnCompleted(id)) : Optional.empty());
        return new Duty<>(
                "completion",
                ReturnEvent.DECISIONS,
                decision -> task.apply(decision.returnId()),
                atMost -> store.decided(atMost).stream().map(task).toList());
    }
}
