package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.JsonLine;

/** The main class of a forked JVM: measures one size of one series, and prints its figures as one line of JSON. */
final class ScaleRun {
    private ScaleRun() {}

    public static void main(String[] arguments) throws InterruptedException {
        Series series = Series.valueOf(arguments[0]);
        int size = Integer.parseInt(arguments[1]);
        System.out.println(JsonLine.of(series.measure(size, JsonLine.read(arguments[2], Plan.class))));
        System.exit(0);
    }
}
