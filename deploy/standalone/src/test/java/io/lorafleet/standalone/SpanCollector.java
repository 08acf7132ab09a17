// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** An OpenTelemetry collector: receives spans over OTLP (HTTP with protobuf), and keeps them. */
final class SpanCollector implements AutoCloseable {
    private final HttpServer server;
    private final List<Collected> spans = new CopyOnWriteArrayList<>();

    /**
     * A span.
     *
     * @param parent id of the span above it; empty for the root of a trace
     * @param attributes attributes of the span and its events, as text
     */
    record Collected(
            String service,
            String traceId,
            String id,
            String parent,
            String name,
            Span.SpanKind kind,
            long start,
            long end,
            Map<String, String> attributes,
            List<String> events,
            String status) {
        private static Collected of(String service, Span span) {
            Map<String, String> attributes = new TreeMap<>();
            add(attributes, span.getAttributesList());
            span.getEventsList().forEach(event -> add(attributes, event.getAttributesList()));
            return new Collected(
                    service,
                    hex(span.getTraceId().toByteArray()),
                    hex(span.getSpanId().toByteArray()),
                    hex(span.getParentSpanId().toByteArray()),
                    span.getName(),
                    span.getKind(),
                    span.getStartTimeUnixNano(),
                    span.getEndTimeUnixNano(),
                    attributes,
                    span.getEventsList().stream().map(Span.Event::getName).toList(),
                    span.getStatus().getMessage());
        }

        private static void add(Map<String, String> attributes, List<KeyValue> more) {
            more.forEach(each -> attributes.put(each.getKey(), text(each.getValue())));
        }

        private static String text(AnyValue value) {
            return switch (value.getValueCase()) {
                case STRING_VALUE -> value.getStringValue();
                case ARRAY_VALUE ->
                    value.getArrayValue().getValuesList().stream()
                            .map(Collected::text)
                            .toList()
                            .toString();
                case INT_VALUE -> Long.toString(value.getIntValue());
                case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
                default -> value.toString();
            };
        }
    }

    private SpanCollector(HttpServer server) {
        this.server = server;
        server.createContext("/v1/traces", this::receive);
    }

    static SpanCollector start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SpanCollector collector = new SpanCollector(server);
        server.start();
        return collector;
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = body(exchange)) {
            for (ResourceSpans resource :
                    ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
                String service = resource.getResource().getAttributesList().stream()
                        .filter(attribute -> attribute.getKey().equals("service.name"))
                        .map(attribute -> attribute.getValue().getStringValue())
                        .findFirst()
                        .orElseThrow();
                for (ScopeSpans scope : resource.getScopeSpansList()) {
                    scope.getSpansList().forEach(span -> spans.add(Collected.of(service, span)));
                }
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static InputStream body(HttpExchange exchange) throws IOException {
        return "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                ? new GZIPInputStream(exchange.getRequestBody())
                : exchange.getRequestBody();
    }

    /** @return all spans up to now, in the order of their starts */
    List<Collected> spans() {
        return spans.stream().sorted(Comparator.comparingLong(Collected::start)).toList();
    }

    /** @return the spans of the trace that a request is in */
    List<Collected> trace(String requestId) {
        List<Collected> all = spans();
        return all.stream()
                .filter(span -> requestId.equals(span.attributes().get("lorafleet.request.id")))
                .map(Collected::traceId)
                .findFirst()
                .map(trace -> all.stream()
                        .filter(span -> span.traceId().equals(trace))
                        .toList())
                .orElse(List.of());
    }

    /** @return the spans as a tree, one a line, indented below their parents; siblings in the order of their starts */
    static String tree(List<Collected> trace) {
        StringBuilder tree = new StringBuilder();
        append(tree, trace, "", 0);
        return tree.toString();
    }

    private static void append(StringBuilder tree, List<Collected> trace, String parent, int depth) {
        for (Collected span : trace) {
            if (Objects.equals(span.parent(), parent)) {
                tree.append("  ".repeat(depth))
                        .append(span.service())
                        .append(": ")
                        .append(span.name())
                        .append('\n');
                append(tree, trace, span.id(), depth + 1);
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
