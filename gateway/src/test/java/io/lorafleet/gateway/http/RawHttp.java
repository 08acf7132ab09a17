// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One HTTP/1.1 request, sent byte for byte. Ordinary clients normalize paths and set the Host header themselves;
 * attackers do not.
 */
final class RawHttp {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final String method;
    private final String target;
    private final List<String> headers = new ArrayList<>();
    private String body = "";
    private String host = "localhost";

    private RawHttp(String method, String target) {
        this.method = method;
        this.target = target;
    }

    /** @param text the status line, the headers, and the received part of the body */
    record Answer(int status, String text) {
        String header(String name) {
            return text.lines()
                    .takeWhile(line -> !line.isEmpty())
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse(null);
        }
    }

    static RawHttp request(String method, String target) {
        return new RawHttp(method, target);
    }

    /** @param value value of the Host header; null for a request without this header */
    RawHttp host(String value) {
        host = value;
        return this;
    }

    RawHttp header(String name, String value) {
        headers.add(name + ": " + value);
        return this;
    }

    RawHttp body(String text) {
        body = text;
        return this;
    }

    Answer send(int port) throws IOException {
        try (Socket socket = open(port)) {
            return answer(socket);
        }
    }

    /** Sends the request. If {@link #header} has set a larger Content-Length, the body remains incomplete. */
    Socket open(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        socket.getOutputStream().write(text().getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private String text() {
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (host != null) {
            request.append("Host: ").append(host).append("\r\n");
        }
        headers.forEach(header -> request.append(header).append("\r\n"));
        if (!body.isEmpty() && headers.stream().noneMatch(header -> header.startsWith("Content-Length"))) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return request.append("Connection: close\r\n\r\n").append(body).toString();
    }

    /** @return the bytes received until the connection was closed or there were enough bytes */
    static Answer answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        String text = new String(in.readNBytes(1 << 14), StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        return new Answer(text.isEmpty() ? 0 : Integer.parseInt(text.split(" ", 3)[1]), text);
    }
}
