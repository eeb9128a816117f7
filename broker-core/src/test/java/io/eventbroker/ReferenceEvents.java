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
        Report(ReferenceQueue relieved) {
            this(relieved, null, null);
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
    final Deque<Told> untold = new ArrayDeque<>(); // what came up and is to be told next
    final Deque<Told> all = new ArrayDeque<>(); // what was told, and not looked at
    long told;
    boolean over; // the loop has ended: nothing is reported any more
    boolean sealed; // nobody is told anything any more

    ReferenceEvents(List<ReferenceQueue> queues) {
        this.queues = queues;
    }

    /** Something came up, or nothing. */
    void tell(Told event) {
        if (event != null) {
            untold.add(event);
        }
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

    /** What handlers failed on that is not told yet; until then their workers handle nothing. */
    List<Cell> failuresOf(ReferenceQueue queue) {
        return reports.stream()
                .filter(report -> report.queue == queue && report.failure != null)
                .map(Report::cell)
                .toList();
    }
}
