package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.SubscriptionBuilder;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.util.List;

/**
 * Fan-out and fan-in: a pizzeria with one order taker, several cooks and one waiter. For a service of which one step is
 * slow and can be done by several at once, between steps that must be done by one. Tickets are numbered in the order in
 * which orders come, without a gap; at most so many pizzas are in the oven; the waiter carries one at a time; and an order
 * that was taken is served, also while the place closes. Pizzas do not come in the order of the tickets.
 */
final class FanOutFanIn {
    record Order(String customer, String pizza) {}

    record Ticket(int number, Order order) {}

    record Pizza(Ticket ticket) {}

    static final Topic<Order> ORDERS = Topic.of("pizzeria.orders", Order.class);
    private static final Topic<Ticket> TICKETS = Topic.of("pizzeria.tickets", Ticket.class);
    private static final Topic<Pizza> PIZZAS = Topic.of("pizzeria.pizzas", Pizza.class);

    private final Broker broker;
    private int tickets; // the order taker is one thread, so this needs no lock

    /** Opens on a broker, and closes with it. Customers publish to {@link #ORDERS}. */
    FanOutFanIn(Broker broker, int cooks, Handler<Ticket> oven, Handler<Pizza> waiter) {
        this.broker = broker;
        station(PIZZAS, "waiter").onEvent(waiter);
        station(TICKETS, "cooks").concurrency(cooks).onEvent(ticket -> {
            oven.handle(ticket);
            broker.publish(PIZZAS, new Pizza(ticket));
        });
        station(ORDERS, "order taker").onEvent(order -> broker.publish(TICKETS, new Ticket(++tickets, order)));
    }

    private <T> SubscriptionBuilder<T> station(Topic<T> from, String name) {
        return broker.subscription(from).named(name).capacity(16).overflow(BACKPRESSURE);
    }

    static void run(PrintWriter out) {
        try (Broker broker = Broker.open()) {
            new FanOutFanIn(broker, 3, ticket -> {}, out::println);
            for (String customer : List.of("ann", "bob", "eve", "joe")) {
                broker.publish(ORDERS, new Order(customer, "margherita"));
            }
        } // nobody goes home hungry
    }
}
