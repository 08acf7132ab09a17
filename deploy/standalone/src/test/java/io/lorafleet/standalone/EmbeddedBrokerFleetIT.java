package io.lorafleet.standalone;

/** The fleet on the broker that it runs itself. */
class EmbeddedBrokerFleetIT extends FleetContract {
    @Override
    String startBroker() {
        return null;
    }

    @Override
    void stopBroker() {}
}
