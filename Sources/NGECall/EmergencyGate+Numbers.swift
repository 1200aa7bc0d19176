extension EmergencyGate {
    /// The numbers that the gate takes for emergency services unless the configuration gives others.
    ///
    /// The first eight are emergency numbers for every mobile phone, whatever its network (TS 22.101 clause 10.1.1);
    /// the rest are national numbers for police, fire brigade or ambulance. A number too many only keeps a rig from
    /// calling an extension of that name.
    package static let standardEmergencyNumbers: Set<String> = [
        // TS 22.101 10.1.1: numbers a phone treats as emergency calls without asking its SIM.
        "000", "08", "110", "112", "118", "119", "911", "999",
        // Text and relay access to the same centers: Australia 106, United Kingdom 18000.
        "106", "18000",
        // Western and southern Europe: France, Italy, Norway, Belgium, Spain, Greece, Austria, Switzerland.
        "15", "17", "18", "113", "114", "115", "116", "117", "061", "062", "080", "085", "088", "091", "092",
        "100", "101", "108", "122", "133", "144", "166", "199",
        // Central and eastern Europe: Poland, Czechia, Slovakia, Hungary, the Balkans, Turkey.
        "997", "998", "150", "155", "158", "104", "105", "107", "192", "193", "194", "195",
        // Countries of the former Soviet Union, today's numbers and the older ones.
        "102", "103", "01", "02", "03", "04",
        // Asia and the Pacific: China, Singapore, Hong Kong, Thailand, Pakistan, New Zealand.
        "120", "995", "992", "191", "1669", "1122", "111",
        // The Americas: Brazil, Chile, Colombia, Mexico's former numbers.
        "190", "131", "132", "123", "060", "065", "066",
        // Africa: South Africa, Egypt, Morocco, Nigeria.
        "10111", "10177", "180", "19", "177", "767",
    ]
}
