// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The spans of requests. If tracing is off, all spans are no-op spans: they propagate the context of a trace, but add
 * nothing to it.
 *
 * <p>Attributes contain ids, adapter names, sizes and counts. They never contain prompts, owners, or exception
 * messages, which could quote a prompt or an owner.
 */
public final class Spans {
    /** Attribute with the request id. */
    public static final AttributeKey<String> REQUEST = AttributeKey.stringKey("lorafleet.request.id");

    private static final String SCOPE = "io.lorafleet";
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private static volatile Tracer tracer = TracerProvider.noop().get(SCOPE);

    private Spans() {}

    /**
     * Turns tracing on. Until this method is called, the tracer is a no-op tracer, because a disabled SDK would still
     * create spans with ids, although it would not export them.
     */
    public static void use(OpenTelemetry sdk) {
        tracer = sdk.getTracer(SCOPE);
    }

    /** Starts a span as a child of the current span. The caller ends it. */
    public static Span start(String name) {
        return start(name, Context.current());
    }

    /** Starts a span. The caller ends it. */
    public static Span start(String name, Context parent) {
        return tracer().spanBuilder(name).setParent(parent).startSpan();
    }

    /**
     * Marks the span as failed, with the type of the exception, or of its cause if the exception comes from a failed
     * future.
     */
    public static void fail(Span span, Throwable why) {
        boolean wraps = why instanceof CompletionException || why instanceof ExecutionException;
        Throwable cause = why.getCause();
        Throwable reason = wraps && cause != null ? cause : why;
        span.setStatus(StatusCode.ERROR).setAttribute(ERROR, reason.getClass().getName());
    }

    /** @return the tracer of this project; all of its spans are no-op spans if tracing is off */
    public static Tracer tracer() {
        return tracer;
    }
}
