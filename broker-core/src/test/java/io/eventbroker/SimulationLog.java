package io.eventbroker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Told;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** What brokers log while simulations run: instead of being printed, it is compared with what the model has to log. */
final class SimulationLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(Broker.class);

    private static final int MOST_DUE = 50;

    private static final Map<String, Level> LEVELS = Map.of(
            "DropsBegan", Level.WARN, "DropsEnded", Level.INFO, "Disconnected", Level.WARN, "Failed", Level.ERROR);

    private final Level usualLevel = LOG.getLevel();
    private final boolean usuallyAdditive = LOG.isAdditive();
    private final Set<Object> failing = new HashSet<>();

    /** What is still to be logged. */
    private final Deque<Told> due = new ArrayDeque<>();

    /** Failures of handlers may have been left out. */
    private boolean wasLong;

    private Simulation run;

    SimulationLog() {
        LOG.setLevel(Level.DEBUG);
        LOG.setAdditive(false);
        start();
        LOG.addAppender(this);
    }

    void follow(Simulation next) {
        run = next;
        failing.clear();
        due.clear();
        wasLong = false;
    }

    /** Takes note of what the broker has told. */
    void observe() {
        for (Told told = run.model.events.all.poll(); told != null; told = run.model.events.all.poll()) {
            if (LEVELS.containsKey(told.kind()) || told.kind().equals("HandlerFailed")) {
                due.add(told);
            }
        }
        wasLong |= due.size() > MOST_DUE;
    }

    /** Whether nothing is surely to be logged. */
    boolean isDone() {
        observe();
        return due.isEmpty() || wasLong;
    }

    @Override
    protected void append(ILoggingEvent line) {
        String text = line.getMessage();
        if (run == null || text.contains("closed with losses") || text.contains("to broker events failed")) {
            fail(); // by the closer; by a worker of somebody who subscribed to broker events
            return;
        }
        if (text.contains("to topic") && Told.FROM.topic().equals(line.getArgumentArray()[2])) {
            run.logged(); // drops of who subscribed to broker events are told to the log alone
            return;
        }
        Simulation followed = run;
        followed.judge(() -> {
            followed.observe();
            observe();
            if (isOneOfTheLast(line)) {
                followed.logged();
                return;
            }
            Told told = due(line);
            followed.require(due.remove(told), "logged: ", line);
            List<?> parts = told.parts();
            Level level = LEVELS.get(told.kind());
            if (level == null) {
                level = failing.add(parts.get(0)) ? Level.WARN : Level.DEBUG;
            }
            followed.same("level of " + line, level, line.getLevel());
            Object last = parts.get(parts.size() - 1);
            if (last instanceof Throwable) {
                Object logged = ((ThrowableProxy) line.getThrowableProxy()).getThrowable();
                followed.require(last == logged, "logged ", logged, ", should log ", last);
            } else {
                String name = "\"" + parts.get(0) + "\"";
                followed.require(
                        line.getFormattedMessage().contains(name)
                                && line.getFormattedMessage().contains(" " + last + " events"),
                        "logged: ",
                        line,
                        ", should log ",
                        told);
            }
            followed.logged();
        });
        fail();
    }

    /** Sometimes an appender has no memory, of which nobody but the log takes note. */
    private void fail() {
        if (run != null && run.random.nextInt(8) == 0) {
            run.note("appender failed", true);
            throw new OutOfMemoryError("of an appender");
        }
    }

    private static boolean isLeftOut(Told due, ILoggingEvent line) {
        return due.kind().equals("HandlerFailed")
                && (line.getThrowableProxy() == null
                        || ((ThrowableProxy) line.getThrowableProxy()).getThrowable()
                                != due.parts().get(3));
    }

    /** The end of an episode at the end of the broker, told in whatever order; without spies it is not known in which. */
    private boolean isOneOfTheLast(ILoggingEvent line) {
        boolean isLast = line.getLevel() == Level.INFO && run.model.phase.compareTo(Phase.CLOSING) >= 0;
        return isLast
                && !run.events.isSpied()
                && due.stream()
                        .filter(told -> told.kind().equals("DropsEnded"))
                        .findFirst()
                        .map(due::remove)
                        .orElse(false);
    }

    /** The next line. */
    private Told due(ILoggingEvent line) {
        Told first = due.peek();
        while (wasLong && first != null && isLeftOut(first, line)) {
            due.remove();
            first = due.peek();
        }
        return first;
    }

    @Override
    public void close() {
        LOG.detachAppender(this);
        LOG.setAdditive(usuallyAdditive);
        LOG.setLevel(usualLevel);
    }
}
