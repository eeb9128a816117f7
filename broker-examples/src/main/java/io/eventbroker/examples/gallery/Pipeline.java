package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;

/**
 * A pipeline: a car factory whose stages are joined by topics. For work of several steps that can go on at the same time,
 * each on another piece. Pieces keep their order; none is lost; and a stage that is slow holds up the one before it, and
 * so back to the source, so that little is under way however fast the source is. It is as fast as its slowest stage: give
 * that one several workers if the order does not matter.
 */
final class Pipeline {
    record Chassis(int number) {}

    record Motorized(Chassis chassis, String engine) {}

    record Car(Motorized body, String colour) {}

    static final Topic<Chassis> CHASSIS = Topic.of("factory.chassis", Chassis.class);
    private static final Topic<Motorized> MOTORIZED = Topic.of("factory.motorized", Motorized.class);
    private static final Topic<Car> CARS = Topic.of("factory.cars", Car.class);

    /** What is done to a piece. */
    @FunctionalInterface
    interface Station<I, O> {
        O work(I piece) throws Exception;
    }

    private Pipeline() {}

    /** A small ring: what lies in it is under way, too, beside what waits before each stage. */
    static Broker open() {
        return Broker.open(BrokerConfig.defaults().withName("factory").withRingSize(2));
    }

    static <I, O> void stage(Broker broker, String name, Topic<I> from, Station<I, O> station, Topic<O> to) {
        stage(broker, name, from, piece -> broker.publish(to, station.work(piece)));
    }

    private static <T> void stage(Broker broker, String name, Topic<T> from, Handler<T> handler) {
        broker.subscription(from).named(name).capacity(1).overflow(BACKPRESSURE).onEvent(handler);
    }

    /** From the last stage to the first, so that each finds the next at work. */
    static void build(Broker broker, Handler<Car> carPark) {
        stage(broker, "car park", CARS, carPark);
        stage(broker, "paint shop", MOTORIZED, body -> new Car(body, "red"), CARS);
        stage(
                broker,
                "engines",
                CHASSIS,
                chassis -> new Motorized(chassis, "V" + (4 + chassis.number() % 2 * 2)),
                MOTORIZED);
    }

    static void run(PrintWriter out) {
        try (Broker broker = open()) {
            build(broker, out::println);
            for (int number = 1; number <= 5; number++) {
                broker.publish(CHASSIS, new Chassis(number));
            }
        }
    }
}
