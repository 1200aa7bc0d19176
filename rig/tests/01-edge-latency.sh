# From a pulled line to the edge in a program's hands, by a C program: the bound that the product is measured against.
# Under emulation these are bounds for the tests' own limits, not a board's latencies.

cp "$build/edgelat-$release" "$run_folder/edgelat"
share "$run_folder/edgelat"
g 'sim_up pi pinctrl-bcm2711 54'
check "no edge is lost, wrong, or stamped outside its interval" '^edges=500 wrong=0 ' '
    /rig/edgelat pinctrl-bcm2711 22 "$(sim_lines pi)/sim_gpio22/pull" 500 | tee /rig/artifacts/edgelat.txt' 60

read -ra figures <"$run_folder/share/artifacts/edgelat.txt"
for pair in "${figures[@]:2}"; do figure "edge-${pair%%=*}" "${pair#*=}" us; done
