/** An in-process publish/subscribe event broker. */
module io.eventbroker {
    requires com.lmax.disruptor;
    requires org.jctools.core.jdk11;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.eventbroker;
}
