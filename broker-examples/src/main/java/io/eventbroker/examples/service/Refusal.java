package io.eventbroker.examples.service;

/** A request that cannot be granted, with what a client is told. Nothing was stored, published or changed. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String title;

    private Refusal(int status, String title, String detail) {
        super(detail);
        this.status = status;
        this.title = title;
    }

    /** What came is not what the interface understands. */
    static Refusal malformed(String detail) {
        return new Refusal(400, "The request is malformed", detail);
    }

    /** It was understood, and cannot be right. */
    static Refusal invalid(String detail) {
        return new Refusal(422, "The request is not valid", detail);
    }

    static Refusal notFound(String detail) {
        return new Refusal(404, "There is no such thing", detail);
    }

    static Refusal notAcceptable(String detail) {
        return new Refusal(406, "There is no such form of it", detail);
    }

    static Refusal unsupported(String detail) {
        return new Refusal(415, "The body is of the wrong type", detail);
    }

    /** Whoever asked was looking for somebody else. */
    static Refusal misdirected(String detail) {
        return new Refusal(421, "The request was not meant for this service", detail);
    }

    /** Not now: later it may be granted. */
    static Refusal unavailable(String detail) {
        return new Refusal(503, "The service is not available", detail);
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** What is wrong, for whoever sent the request. */
    String detail() {
        return String.valueOf(getMessage());
    }
}
