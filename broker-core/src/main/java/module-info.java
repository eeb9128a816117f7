/** An in-process publish/subscribe event broker. */
module io.eventbroker {
    requires com.lmax.disruptor;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.eventbroker;
}
