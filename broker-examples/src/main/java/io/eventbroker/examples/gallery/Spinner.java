package io.eventbroker.examples.gallery;

import io.eventbroker.examples.returns.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A spinner with a count, for work whose end is not known; drawn by its library's thread. Any thread may step it. */
final class Spinner implements AutoCloseable {
    private static final int WIDTH = 79;

    private final @Nullable ProgressBar bar;

    /** Draws to a consumer; to none with null. */
    Spinner(String task, @Nullable ProgressBarConsumer to) {
        bar = to == null
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(task)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(100)
                        .setInitialMax(-1) // not known
                        .setConsumer(to)
                        .build();
    }

    /** Draws to standard error if that is a terminal. */
    static Spinner onTerminal(String task) {
        return new Spinner(task, Progress.canBeSeen() ? new ConsoleProgressBarConsumer(System.err, WIDTH) : null);
    }

    void step() {
        if (bar != null) {
            bar.step();
        }
    }

    /** Draws the last count. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
