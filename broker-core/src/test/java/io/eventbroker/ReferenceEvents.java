package io.eventbroker;

import io.eventbroker.ReferenceQueue.Cell;
import io.eventbroker.ReferenceQueue.Message;
import io.eventbroker.ReferenceQueue.Told;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The part of the {@link ReferenceModel} that is about what the broker tells of itself. */
final class ReferenceEvents {
    /** What a worker reports: that its handler failed, or without a failure that its subscription has room again. */
    record Report(ReferenceQueue queue, Cell cell, Throwable failure) {
        static Report ofRelief(ReferenceQueue queue) {
            return new Report(queue, null, null);
        }

        Told due() {
            if (failure == null) {
                return queue.episodeEnded();
            }
            Message lost = cell.message();
            return Told.of("HandlerFailed", queue.name, lost.from().topic(), lost.event(), failure);
        }
    }

    private final List<ReferenceQueue> queues;
    final List<Report> reports = new ArrayList<>(); // not told
    private final Deque<Told> untold = new ArrayDeque<>(); // what came up and is to be told next
    final Deque<Told> all = new ArrayDeque<>(); // what was told, and not looked at
    long told;
    boolean over; // the loop has ended: nothing is reported any more
    boolean sealed; // nobody is told anything any more

    ReferenceEvents(List<ReferenceQueue> queues) {
        this.queues = queues;
    }

    boolean isWanted(Told event) {
        return queues.stream().anyMatch(queue -> queue.wants(new Message(Told.FROM, null, event, 0)));
    }

    /** Something came up, or nothing. */
    void tell(Told event) {
        if (event != null) {
            untold.add(event);
        }
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
            Message message = new Message(Told.FROM, null, event, ++told);
            if (!sealed) {
                queues.stream().filter(queue -> queue.wants(message)).forEach(queue -> queue.offer(message));
                all.add(event);
            }
        }
    }

    /** An event was taken: perhaps the queue has drained to half since it lost something. */
    void noteRelief(ReferenceQueue queue) {
        if (!over && queue.isRelieved() && !reports.contains(Report.ofRelief(queue))) {
            reports.add(Report.ofRelief(queue));
        }
    }

    /** What handlers failed on that is not told yet; until then their workers handle nothing. */
    List<Cell> failuresOf(ReferenceQueue queue) {
        return reports.stream()
                .filter(report -> report.queue == queue && report.failure != null)
                .map(Report::cell)
                .toList();
    }
}
