// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import io.lorafleet.standalone.chaos.proxy.Rule.Action;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The connections of one process to all brokers. Each broker has a listener for this process and advertises it at a
 * port of this proxy, so the process reaches every broker through the proxy.
 */
public final class KafkaProxy implements AutoCloseable {
    private static final int BACKLOG = 200;

    private final ShareObserver observer;
    private final List<ServerSocket> servers = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /** @param observer is told which records the process acquires and acknowledges */
    public KafkaProxy(ShareObserver observer) {
        this.observer = observer;
    }

    /** Accepts connections on a port, and forwards them to a broker's port. */
    public void listen(int port, int brokerPort) throws IOException {
        ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        servers.add(server);
        daemon("proxy-" + port, () -> {
            while (!server.isClosed()) {
                try {
                    accept(server.accept(), brokerPort);
                } catch (IOException e) {
                    // The server was closed.
                }
            }
        });
    }

    private void accept(Socket client, int brokerPort) throws IOException {
        try {
            Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
            Connection connection = new Connection(client, broker, this, observer);
            connections.add(connection);
            connection.start();
        } catch (IOException brokerIsDown) {
            client.close();
        }
    }

    /** Applies a rule from now on. */
    public Rule add(Rule rule) {
        rules.add(rule);
        return rule;
    }

    /** Removes a rule. The frames that it holds are forwarded. */
    public void remove(Rule rule) {
        rules.remove(rule);
        rule.remove();
    }

    /**
     * Closes all open connections.
     *
     * @return their number
     */
    public int reset() {
        List<Connection> open = List.copyOf(connections);
        open.forEach(Connection::close);
        return open.size();
    }

    /** @return whether to forward the frame */
    boolean pass(Frame frame) throws InterruptedException, IOException {
        for (Rule rule : rules) {
            if (rule.matches(frame)) {
                Action action = rule.apply();
                if (action == Action.DROP) {
                    return false;
                }
                if (action == Action.RESET) {
                    throw new IOException("reset by a rule");
                }
            }
        }
        return true;
    }

    void closed(Connection connection) {
        connections.remove(connection);
    }

    static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            for (ServerSocket server : servers) {
                server.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rules.forEach(Rule::remove);
        reset();
    }
}
