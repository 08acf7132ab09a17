// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A webhook receiver that reads each request and sends the bytes that the test defines. */
final class Receiver implements AutoCloseable {
    /** Responds to a request. When the method returns, the connection is closed. */
    interface Answer {
        void send(InputStream in, OutputStream out) throws IOException;
    }

    /** Waits until the caller closes the connection. */
    static final Answer NOTHING = (in, out) -> in.read();

    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    /** The number of completed responses. */
    final AtomicInteger ended = new AtomicInteger();
    /** The maximum number of concurrent requests. */
    final AtomicInteger most = new AtomicInteger();

    private final ServerSocket server;
    private final AtomicInteger open = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Answer answer = status("204 No Content");

    /** @param port 0 for any free port */
    Receiver(String address, int port) throws IOException {
        server = new ServerSocket(port, 100, InetAddress.getByName(address));
        threads.execute(this::accept);
    }

    static Answer status(String status, String... headers) {
        String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return (in, out) -> write(out, "HTTP/1.1 " + status + "\r\n" + lines + "\r\n");
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    void answers(Answer how) {
        answer = how;
    }

    int port() {
        return server.getLocalPort();
    }

    String origin() {
        return "http://" + server.getInetAddress().getHostAddress() + ":" + port();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.incrementAndGet();
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            String head = head(connection.getInputStream());
            if (head.isEmpty()) {
                return; // the connection has no request
            }
            int length = Integer.parseInt(head.replaceAll("(?is).*\ncontent-length: *(\\d+).*", "$1"));
            String body = new String(connection.getInputStream().readNBytes(length), ISO_8859_1);
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            requests.add(head + body);
            answer.send(connection.getInputStream(), connection.getOutputStream());
        } catch (IOException e) {
            // the caller has disconnected
        } finally {
            open.decrementAndGet();
            ended.incrementAndGet();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
