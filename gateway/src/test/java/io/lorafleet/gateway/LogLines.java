package io.lorafleet.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.formatters.PatternFormatter;

/** What is logged while it is open, as {@code LEVEL message}. */
public final class LogLines extends Handler implements AutoCloseable {
    private static final Formatter FORMAT = new PatternFormatter("%p %s");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Level before;

    /**
     * @param category such as a class's name, with all below it
     * @param lowest that is logged meanwhile
     */
    public LogLines(String category, Level lowest) {
        logger = LogContext.getLogContext().getLogger(category);
        before = logger.getLevel();
        logger.setLevel(lowest);
        logger.addHandler(this);
    }

    public List<String> all() {
        return List.copyOf(lines);
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(FORMAT.format(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(before);
    }
}
