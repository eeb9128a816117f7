package io.eventbroker.bench.footprint;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.eventbroker.Broker;
import io.eventbroker.bench.lab.JsonLine;
import org.slf4j.LoggerFactory;

/** The main class of a forked JVM: measures one part, and prints its figures as one line of JSON. */
final class FootprintRun {
    private FootprintRun() {}

    public static void main(String[] arguments) throws InterruptedException {
        logErrorsOnly();
        Part part = Part.valueOf(arguments[0]);
        System.out.println(JsonLine.of(part.measure(JsonLine.read(arguments[1], Plan.class))));
        System.exit(0);
    }

    /** The broker warns of each episode of drops; here there is meant to be one. */
    private static void logErrorsOnly() {
        if (LoggerFactory.getLogger(Broker.class) instanceof Logger logger) {
            logger.setLevel(Level.ERROR);
        }
    }
}
